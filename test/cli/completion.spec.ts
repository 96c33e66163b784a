import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { documentedUsages } from '../support/documented-usages.js';
import { runTool } from '../support/run-tool.js';

/** What is typed, the last word being the one under the cursor, and what bash then offers. */
function offered(script: string, folder: string, typed: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const lines = typed.map((words) => {
    const list = ['maestro', ...words].map((word) => `'${word}'`).join(' ');
    return `COMP_WORDS=(${list}); COMP_CWORD=${String(words.length)}; _maestro; printf '%s\\n' "\${COMPREPLY[*]}"`;
  });
  const file = join(folder, 'maestro.bash');
  writeFileSync(file, script);
  const program = `source ${file}; cd ${folder}; complete -p maestro >&2; ${lines.join('\n')}`;
  const output = execFileSync('bash', ['--norc', '-c', program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  return output
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ').filter((word) => word !== ''));
}

describe('completion', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'maestro-completion-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('finds every command, word by word, in a real bash', async () => {
    const { output: script, exitCode, errors } = await runTool(['completion', 'bash']);
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
    const paths = documentedUsages().map((usage) => usage.split(' ').filter((word) => /^[a-z]/.test(word)));
    const steps = paths.flatMap((path) => path.map((_, index) => path.slice(0, index + 1)));
    const answers = offered(
      script,
      folder,
      steps.map((step) => [...step.slice(0, -1), (step.at(-1) ?? '').slice(0, 2)]),
    );
    expect(steps.length).toBeGreaterThan(40);
    steps.forEach((step, index) => {
      expect({ step, offered: answers[index] }).toEqual({ step, offered: expect.arrayContaining([step.at(-1)]) });
    });
  });

  it('offers options where they belong, files where one is asked for, and nothing where only the person knows', async () => {
    const { output: script } = await runTool(['completion', 'bash']);
    writeFileSync(join(folder, 'of yesterday.backup'), '');
    const [all, options, values, behind, files, none] = offered(script, folder, [
      ['sessions', ''],
      ['sessions', 'list', '--st'],
      ['sessions', 'list', '--provider', ''],
      ['sessions', 'show', 'acme/work', '--j'],
      ['backup', 'of'],
      ['sessions', 'list', 'zz'],
    ]);
    expect(all).toEqual(expect.arrayContaining(['list', 'create', 'show', '--help']));
    expect(options).toEqual(['--status']);
    expect(values).toEqual([]);
    expect(behind).toEqual(['--json']);
    expect(files?.join(' ')).toBe('of yesterday.backup');
    expect(none ?? []).toEqual([]);
  });

  it.each(['zsh', 'fish'])('tells %s every command and every option, too', async (shell) => {
    const { output } = await runTool(['completion', shell]);
    const { output: help } = await runTool(['callers', 'create', '--help']);
    for (const usage of documentedUsages()) {
      const place = usage
        .split(' ')
        .filter((word) => /^[a-z]/.test(word))
        .map((word) => ` ${word}`)
        .join('');
      expect(output).toContain(place);
    }
    for (const [flag] of help.matchAll(/--[a-z-]+/g)) expect(output).toContain(shell === 'fish' ? ` -l ${flag.slice(2)}` : `'${flag}:`);
  });

  it('says which shells there are to who asks for another', async () => {
    expect(await runTool(['completion', 'csh'])).toMatchObject({
      exitCode: 64,
      output: '',
      errors: 'maestro: there is no completion for "csh"; there is bash, zsh, fish\n',
    });
  });
});
