import { readFileSync } from 'node:fs';

const args = process.argv.slice(2);
const version = versionOf(new URL('../package.json', import.meta.url));

if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  process.stdout.write(`${version}\n`);
} else {
  const { runAdmin } = await import('./run-admin.js');
  process.exitCode = await runAdmin(args, version);
}

function versionOf(packageFile: URL): string {
  const content: unknown = JSON.parse(readFileSync(packageFile, 'utf8'));
  return typeof content === 'object' && content !== null && 'version' in content ? String(content.version) : 'unknown';
}
