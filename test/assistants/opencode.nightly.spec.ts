import { describeAssistant } from './describe-assistant.js';

describeAssistant({
  title: 'opencode',
  name: 'opencode-ai',
  version: '1.18.33',
  command: 'opencode',
  args: (prompt) => ['run', prompt],
  write: (file, content) => ({ tool: 'write', input: { filePath: file, content } }),
  read: (file) => ({ tool: 'read', input: { filePath: file } }),
});
