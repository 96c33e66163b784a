import { describeAssistant } from './describe-assistant.js';

describeAssistant({
  title: 'Codex',
  name: '@openai/codex',
  version: '0.169.0',
  command: 'codex',
  // Its own sandbox needs more of the kernel than a container may have.
  args: (prompt) => ['exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', prompt],
  write: (file, content) => ({ tool: 'exec_command', input: { cmd: `printf %s ${content} > ${file}` } }),
  read: (file) => ({ tool: 'exec_command', input: { cmd: `cat ${file}` } }),
});
