import { describeAssistant } from './describe-assistant.js';

describeAssistant({
  title: 'qwen-code',
  name: '@qwen-code/qwen-code',
  version: '0.15.10',
  command: 'qwen',
  args: (prompt) => ['--approval-mode', 'auto-edit', '--prompt', prompt],
  write: (file, content) => ({ tool: 'write_file', input: { file_path: file, content } }),
  read: (file) => ({ tool: 'read_file', input: { file_path: file } }),
});
