import { readFileSync } from 'node:fs';

import { exitCodeOf } from '../../src/contracts/errors/exit-code.js';
import { runTool } from '../support/run-tool.js';

interface Verb {
  /** As it is typed, with its arguments. */
  readonly usage: string;
  readonly options: readonly string[];
}

const text = readFileSync('docs/cli.md', 'utf8');

const everywhere: ReadonlySet<string> = new Set(['--json', '--help']);

/** What the tool says of itself, from its help, noun by noun. */
async function verbsOf(path: readonly string[] = []): Promise<readonly Verb[]> {
  const { output: help } = await runTool([...path, '--help']);
  const below = [...sectionOf(help, 'Commands').matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name = '']) => name);
  if (below.length > 0) {
    const found: Verb[] = [];
    for (const name of below) found.push(...(await verbsOf([...path, name])));
    return found;
  }
  const usage = /^Usage: (.*)$/m.exec(help)?.[1] ?? '';
  const options = [...sectionOf(help, 'Options').matchAll(/(--[a-z-]+)/g)].map(([, flag = '']) => flag);
  const typed = usage.replace('[options] ', '').replace(' [options]', '');
  const own = new Set(options.filter((flag) => !everywhere.has(flag)));
  return [{ usage: typed.startsWith('maestro') ? typed : `maestro ${typed}`, options: [...own].sort() }];
}

function sectionOf(help: string, name: string): string {
  const lines = help.split('\n');
  const begin = lines.indexOf(`${name}:`);
  if (begin < 0) return '';
  const rest = lines.slice(begin + 1);
  const end = rest.indexOf('');
  // A wrapped description is indented further and is no flag of its own.
  return rest
    .slice(0, end < 0 ? undefined : end)
    .map((line) => line.replace(/^( {2}\S+(?: <[^>]+>)?).*$/, '$1').replace(/^ {3,}.*$/, ''))
    .map((line, index) => (/^ {2}-\w,/.test(line) ? (rest[index] ?? '').slice(0, 20) : line))
    .join('\n');
}

function documentedVerbs(): readonly Verb[] {
  return [...text.matchAll(/^\| `(maestro [^`]+)` \| .* \|([^|]*)\|$/gm)].map(([, usage = '', options = '']) => ({
    usage,
    options: [...options.matchAll(/--[a-z-]+/g)].map(([flag]) => flag).sort(),
  }));
}

describe('docs/cli.md', () => {
  it('lists every command of the tool with its arguments and options, and no other', async () => {
    const byUsage = (one: Verb, other: Verb): number => one.usage.localeCompare(other.usage);
    const told = await verbsOf();
    expect(told.length).toBeGreaterThan(20);
    expect([...documentedVerbs()].sort(byUsage)).toEqual([...told].sort(byUsage));
  });

  it('lists every exit code with its categories', () => {
    const rows = [...text.matchAll(/^\| (\d+) \| .* \| ([a-z, -]+) \|$/gm)];
    const documented = rows.flatMap(([, code, categories = '']) => categories.split(', ').map((category) => [category, Number(code)]));
    expect(Object.fromEntries(documented)).toEqual(exitCodeOf);
  });
});
