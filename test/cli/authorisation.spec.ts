import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import type { Workbench } from '../../src/transports/cli/workbench.js';
import { documentedUsages } from '../support/documented-usages.js';
import { migrationsOf, runTool } from '../support/run-tool.js';
import { tellFigure } from '../support/tell-figure.js';

type Part = keyof Workbench;

/**
 * Through which part of the workbench a noun's verbs reach anything. The tool asks for no key: who can read the data directory's
 * keys and the database has every right; what a part refuses, the verb does not get around.
 */
const parts: Readonly<Record<string, Part>> = {
  'providers scaffold': 'providerTemplate',
  ...{
    providers: 'registry',
    sessions: 'vault',
    auth: 'vault',
    models: 'vault',
    chat: 'vault',
    contexts: 'vault',
    callers: 'vault',
    usage: 'vault',
  },
  ...{ migrate: 'migrations', encryption: 'keyRotation', audit: 'audit', backup: 'archive', restore: 'archive', import: 'imports' },
};

const needed: Readonly<Record<string, readonly string[]>> = {
  chat: ['--model', 'm', 'hello'],
};

const usages = documentedUsages();

const values: Readonly<Record<string, string>> = {
  '<session>': 'whole/work',
  '<sessions>': 'whole/*',
  '<provider>': 'whole',
  '<id>': 'whole',
  ...{ '<file>': '/nowhere/to/be/found', '<tool>': 'env', '<path>': '.env.example' },
};

function argumentsOf(usage: string): readonly string[] {
  const words = usage.split(' ').filter((word) => !word.startsWith('['));
  return [...words.map((word) => (word.startsWith('<') ? (values[word] ?? 'some_1') : word)), ...(needed[words[0] ?? ''] ?? [])];
}

/** Every part refuses, and says that it was asked. */
function refusing(asked: Set<Part>): Workbench {
  const refuse = (part: Part) => async (): Promise<never> => {
    asked.add(part);
    throw new MaestroError('caller.scope-missing', { scope: 'admin' });
  };
  return {
    ...{
      registry: refuse('registry'),
      providerTemplate: refuse('providerTemplate'),
      localServers: refuse('localServers'),
      vault: refuse('vault'),
      migrations: refuse('migrations'),
      keyRotation: refuse('keyRotation'),
    },
    ...{ audit: refuse('audit'), archive: refuse('archive'), imports: refuse('imports') },
  };
}

/** It looks at one thing after the other, and says what it finds. */
const looksAround = 'doctor';

/** It tells what the tool itself knows. */
const reachesNothing = 'completion <shell>';

/** What each command came to, line by line. */
const told: string[] = [];

describe('a command', () => {
  afterAll(() => {
    tellFigure('T33', `command line: ${String(told.length)} commands, each reaches its own part only`);
    console.info(`${String(told.length)} commands, what each reaches, and how it ends where that refuses\n${told.join('\n')}`);
  });

  it.each(usages.filter((usage) => usage !== looksAround && usage !== reachesNothing))(
    'reaches nothing but through its part of the workbench: %s',
    async (usage) => {
      const [noun = '', verb = ''] = usage.split(' ');
      const part = parts[`${noun} ${verb}`] ?? parts[noun];
      if (part === undefined) throw new Error(`nobody said what ${usage} may reach`);
      const asked = new Set<Part>();
      const { exitCode, output } = await runTool(argumentsOf(usage), { workbench: refusing(asked), input: 'some-key-0123456789\n' });

      told.push(`${usage.padEnd(66)} ${[...asked].join().padEnd(12)} ${String(exitCode)}`);
      expect({ exitCode, output, asked: [...asked] }).toEqual({ exitCode: 77, output: '', asked: [part] });
    },
  );

  it('that looks around goes no further than to the first part that refuses', async () => {
    expect(usages).toContain(looksAround);
    const inTurn: readonly Part[] = ['migrations', 'keyRotation'];
    for (const [index, last] of inTurn.entries()) {
      const asked = new Set<Part>();
      const opened = index === 0 ? {} : { migrations: () => migrationsOf({}).migrations() };
      const { exitCode, output } = await runTool([looksAround], { workbench: { ...refusing(asked), ...opened } });

      told.push(`${looksAround.padEnd(66)} ${[...asked].join().padEnd(12)} ${String(exitCode)}`);
      expect([...asked]).toEqual([last]);
      expect([exitCode, output]).toEqual([78, expect.stringContaining('this needs scope admin')]);
    }
  });
});
