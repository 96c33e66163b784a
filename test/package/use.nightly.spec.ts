import { randomBytes } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { environmentNameOf } from '../../src/contracts/manifest.js';
import { loadSimulators } from '../../src/testing/load-simulators.js';
import { runNode } from '../support/built-tool.js';
import type { PackedPackage } from '../support/packed.js';
import { packedPackage } from '../support/packed.js';
import { freshDatabase } from '../support/postgres.js';
import { builtInProviders } from '../support/start-gateway.js';

jest.setTimeout(240_000);

const root = process.cwd();

/** Names something of each entry; what it says wrongly on purpose has to be an error. */
const consumer = `
import { MaestroModule, PersistenceModule, KeyRing, UniversalProvider } from 'maestro-llm';
import type { MaestroOptions } from 'maestro-llm';
import { defineProvider } from 'maestro-llm/contracts';
import type { StreamEvent } from 'maestro-llm/contracts';
import { sseDecoder } from 'maestro-llm/kit';
import { checkProvider } from 'maestro-llm/testing';

export async function* texts(maestro: UniversalProvider): AsyncGenerator<string> {
  const stream: AsyncIterable<StreamEvent> = await maestro.streamChat('p', 's', [{ role: 'user', content: 'hi' }], { model: 'm' });
  for await (const event of stream) if (event.type === 'text-delta') yield event.text;
}
export const persistence = PersistenceModule.forRoot({ database: { url: 'postgres://x/y' }, keyRing: KeyRing.parse('k1=') });
export const options: MaestroOptions = { persistence };
export const parts: unknown[] = [MaestroModule.forRoot(options), defineProvider, sseDecoder, checkProvider];
// @ts-expect-error -- a number is no provider
export const wrong = (maestro: UniversalProvider) => maestro.streamChat(1, 's', [], { model: 'm' });
`;

interface Program {
  readonly files: readonly string[];
  readonly options: object;
}

/** Compiles each program; gives what is wrong with them. */
async function faultsOf({ application }: PackedPackage, programs: readonly Program[]): Promise<string> {
  const typeRoots = [join(application, 'node_modules/@types')];
  const located = programs.map(({ files, options }) => ({ files, options: { ...options, typeRoots } }));
  const { exitCode, output, errors } = await runNode([join(root, 'test/support/check-types.mjs'), JSON.stringify(located)]);
  return exitCode === 0 ? '' : `${output}${errors}`;
}

function jsonFrom(path: string): Readonly<Record<string, Readonly<Record<string, string>>>> {
  return JSON.parse(readFileSync(join(root, path), 'utf8')) as ReturnType<typeof jsonFrom>;
}

describe('the package, in an application', () => {
  let packed: PackedPackage;

  beforeAll(async () => {
    packed = await packedPackage();
  });

  afterAll(() => {
    packed.remove();
  });

  it('gives its types to whoever finds modules as Node does, or as bundlers do', async () => {
    const file = join(packed.application, 'consumer.mts');
    writeFileSync(file, consumer);
    const common = { strict: true, noEmit: true, skipLibCheck: true, target: 'ES2023', lib: ['ES2023'], types: ['node'] };
    const programs = [{ module: 'nodenext' }, { module: 'node16' }, { module: 'esnext', moduleResolution: 'bundler' }];
    await expect(
      faultsOf(
        packed,
        programs.map((how) => ({ files: [file], options: { ...common, ...how } })),
      ),
    ).resolves.toBe('');
  });

  it('serves an application with a database of its own, and a script beside it: the examples', async () => {
    const programs = ['library', 'admin-script'].map((name) => {
      const folder = join(packed.application, name);
      cpSync(join(root, 'examples', name), folder, { recursive: true });
      const { compilerOptions = {} } = jsonFrom(`examples/${name}/tsconfig.json`);
      const options = { ...compilerOptions, rootDir: join(folder, 'src'), outDir: join(folder, 'dist') };
      return { files: readdirSync(join(folder, 'src')).map((file) => join(folder, 'src', file)), options };
    });
    await expect(faultsOf(packed, programs)).resolves.toBe('');

    const database = await freshDatabase();
    const [simulator] = await loadSimulators(builtInProviders);
    if (simulator === undefined) throw new Error('there is no simulator');
    const running = await simulator.start({ apiKey: simulator.apiKey });
    const keys = `k1=${randomBytes(32).toString('base64')}`;
    try {
      const env = {
        ...{ DATABASE_URL: database.url, VAULT_KEYS: keys, LLM_PROVIDER: simulator.provider, LLM_MODEL: simulator.demo.model },
        [environmentNameOf(simulator.provider, 'baseUrl')]: running.baseUrl,
      };
      const main = join(packed.application, 'library/dist/main.js');
      const answered = await runNode([main], { env: { ...env, LLM_API_KEY: simulator.apiKey } });
      expect(answered).toMatchObject({ exitCode: 0, errors: '' });
      expect(answered.output.length).toBeGreaterThan(2);

      await database.dataSource.query(`update saved_authentications set status = 'disabled'`);
      const script = join(packed.application, 'admin-script/dist/main.js');
      const told = await runNode([script], { env: { DATABASE_URL: database.url, MAESTRO_ENCRYPTION_KEYS: keys } });
      expect(told).toMatchObject({ exitCode: 1, errors: '' });
      expect(told.output).toMatch(new RegExp(`^session ${simulator.provider}/api_key/notes_app is disabled`));
    } finally {
      await running.close();
      await database.close();
    }
  });
});
