import { describeAssistant } from './describe-assistant.js';

describeAssistant({
  title: 'Gemini CLI',
  name: '@google/gemini-cli',
  version: '0.61.0',
  command: 'gemini',
  args: (prompt) => ['--approval-mode', 'auto_edit', '--skip-trust', '--prompt', prompt],
  write: (file, content) => ({ tool: 'write_file', input: { file_path: file, content } }),
  read: (file) => ({ tool: 'read_file', input: { file_path: file } }),
});
