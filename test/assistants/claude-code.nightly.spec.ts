import { describeAssistant } from './describe-assistant.js';

describeAssistant({
  title: 'Claude Code',
  name: '@anthropic-ai/claude-code',
  version: '2.1.197',
  command: 'claude',
  args: (prompt) => ['--print', '--permission-mode', 'acceptEdits', '--allowedTools', 'Write,Read', '--', prompt],
  write: (file, content) => ({ tool: 'Write', input: { file_path: file, content } }),
  read: (file) => ({ tool: 'Read', input: { file_path: file } }),
});
