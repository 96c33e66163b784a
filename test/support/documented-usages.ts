import { readFileSync } from 'node:fs';

/** Every command with its arguments, as docs/cli.md lists them; a test holds that list equal to the tool itself. */
export function documentedUsages(): readonly string[] {
  return [...readFileSync('docs/cli.md', 'utf8').matchAll(/^\| `maestro ([^`]+)` \|/gm)].map(([, usage = '']) => usage);
}
