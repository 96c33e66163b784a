import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { environmentNameOf } from '../../src/contracts/manifest.js';
import type { ProviderSimulator, RunningSimulator } from '../../src/contracts/simulator.js';
import { loadSimulators } from '../../src/testing/load-simulators.js';
import type { BuiltToolRun } from '../support/built-tool.js';
import { runBuiltTool, runNode, tool as builtTool } from '../support/built-tool.js';
import type { TestDatabase } from '../support/postgres.js';
import { emptyDatabase, freshDatabase } from '../support/postgres.js';
import { builtInProviders } from '../support/start-gateway.js';

const seconds = 1000;
jest.setTimeout(120 * seconds);

const keys = `test=${randomBytes(32).toString('base64')}`;

describe('the built tool, over a database', () => {
  let database: TestDatabase;
  let simulator: ProviderSimulator;
  let running: RunningSimulator;
  let env: Readonly<Record<string, string>>;
  const tool = (args: string, input = ''): Promise<BuiltToolRun> => runBuiltTool(args.split(' '), { env, input });

  beforeAll(async () => {
    database = await freshDatabase();
    const [first] = await loadSimulators(builtInProviders);
    if (first === undefined) throw new Error('there is no simulator');
    simulator = first;
    running = await simulator.start({ apiKey: simulator.apiKey });
    env = {
      DATABASE_URL: database.url,
      MAESTRO_ENCRYPTION_KEYS: keys,
      [environmentNameOf(simulator.provider, 'baseUrl')]: running.baseUrl,
    };
  });

  afterAll(async () => {
    await running.close();
    await database.close();
  });

  it('keeps a session, asks through it, and deletes it', async () => {
    const { provider, apiKey, demo } = simulator;
    const address = `${provider}/${demo.session}`;
    const created = await tool(`sessions create ${provider} ${demo.session} --verify --json`, `${apiKey}\n`);
    expect(created).toMatchObject({ exitCode: 0, errors: '' });
    expect(JSON.parse(created.output)).toMatchObject({ provider, name: demo.session, status: 'active' });
    const answer = await tool(`chat ${address} --model ${demo.model} hello`);
    expect(answer).toMatchObject({ exitCode: 0, errors: '' });
    expect(answer.output.length).toBeGreaterThan(1);
    expect(await tool(`sessions delete ${address}`)).toMatchObject({ exitCode: 0, output: 'deleted\n', errors: '' });
    const gone = await tool(`sessions show ${address} --json`);
    expect(JSON.parse(gone.errors)).toMatchObject({ code: 'session.not-found' });
    expect(gone).toMatchObject({ exitCode: 66, output: '' });
  });

  it('lists the providers without a database', async () => {
    const { exitCode, output, errors } = await runBuiltTool(['providers', 'list', '--json']);
    expect(JSON.parse(output)).toMatchObject({ data: expect.arrayContaining([expect.objectContaining({ id: simulator.provider })]) });
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
  });

  it.each([
    [{ MAESTRO_ENCRYPTION_KEYS: '' }, /^maestro: with DATABASE_URL there must be MAESTRO_ENCRYPTION_KEYS/],
    [{ MAESTRO_ENCRYPTION_KEYS: `test=${randomBytes(32).toString('base64')}` }, /^maestro: encryption key "test" is not the one/],
  ])('ends with 78 where the environment is not right: %j', async (wrong, message) => {
    const { exitCode, output, errors } = await runBuiltTool(['sessions', 'list'], { env: { ...env, ...wrong } });
    expect(errors).toMatch(message);
    expect(errors.trimEnd()).not.toContain('\n');
    expect({ exitCode, output }).toEqual({ exitCode: 78, output: '' });
  });

  it('ends with 130 when it is interrupted, and in order', async () => {
    const { provider, apiKey, demo } = simulator;
    await tool(`sessions create ${provider} to_interrupt`, apiKey);
    const before = running.requests.length;
    const args = ['chat', `${provider}/to_interrupt`, '--model', 'sim-slow', demo.prompt];
    const ended = await runBuiltTool(args, {
      env,
      onStart: (child) => {
        const waiting = setInterval(() => {
          if (running.requests.length === before) return;
          clearInterval(waiting);
          child.kill('SIGINT');
        }, 20);
      },
    });
    expect(ended.exitCode).toBe(130);
    expect(ended.errors).toMatch(/^maestro: .*cancelled/);
  });

  it('loads nothing that only the gateway needs', async () => {
    const tracing = ['--import', join(process.cwd(), 'test/support/told-imports.mjs')];
    const { exitCode, errors } = await runNode([...tracing, builtTool, 'sessions', 'list'], { env });
    const loaded = [...errors.matchAll(/^loads (\S+)$/gm)].map(([, name]) => name);
    expect(exitCode).toBe(0);
    expect(loaded).toEqual(expect.arrayContaining(['@nestjs/core', 'typeorm']));
    const onlyGateway = ['@nestjs/swagger', '@nestjs/platform-fastify', '@nestjs/microservices', '@nestjs/terminus', 'fastify', 'pino'];
    expect(loaded.filter((name) => onlyGateway.includes(name ?? ''))).toEqual([]);
  });

  it('starts about as fast as a person types', async () => {
    const node = await runNode(['-e', '0']);
    const version = await runBuiltTool(['--version']);
    const help = await runBuiltTool(['--help']);
    const list = await tool('sessions list');
    expect(version.output).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect([version, help, list].map(({ exitCode, errors }) => [exitCode, errors])).toEqual(Array(3).fill([0, '']));
    const shown = (name: string, { milliseconds }: BuiltToolRun): string => `${name} ${milliseconds.toFixed(0)} ms`;
    const times = [shown('node itself', node), shown('--version', version), shown('--help', help), shown('sessions list', list)];
    console.info(`cli: ${times.join(', ')} (aim 1000 ms)`);
  });
});

describe('the built tool, over a database that is not migrated', () => {
  let database: TestDatabase;
  const tool = (...args: readonly string[]): Promise<BuiltToolRun> =>
    runBuiltTool(args, { env: { DATABASE_URL: database.url, MAESTRO_ENCRYPTION_KEYS: keys } });
  const tables = async (): Promise<readonly string[]> => {
    const rows = await database.dataSource.query<readonly { name: string }[]>(
      "select tablename as name from pg_tables where schemaname = 'public' order by 1",
    );
    return rows.map(({ name }) => name);
  };

  beforeEach(async () => {
    database = await emptyDatabase();
  });

  afterEach(async () => {
    await database.close();
  });

  it('tells what there is to do, changing nothing, and does it when told', async () => {
    const status = await tool('migrate', 'status');
    expect(status).toMatchObject({ exitCode: 0, errors: '' });
    expect(status.output).toMatch(/^(pending {2}\w+\n)+$/);
    expect(await tool('migrate', 'plan')).toMatchObject({ exitCode: 0 });
    expect(await tables()).toEqual([]);

    const up = await tool('migrate', 'up');
    expect(up.exitCode).toBe(0);
    expect(up.output).toMatch(/^(done {2}\w+\n)+$/);
    expect((await tool('migrate', 'status')).output).toMatch(/^(applied {2}\w+\n)+$/);
    expect(await tool('migrate', 'up')).toMatchObject({ exitCode: 0, output: 'nothing to do\n' });
  });

  it('makes an empty one ready for the first command that needs it', async () => {
    expect(await tool('sessions', 'list')).toMatchObject({ exitCode: 0, errors: '' });
    expect(await tables()).toContain('saved_authentications');
  });

  it('refuses to work on rows of an older version', async () => {
    expect(await tool('migrate', 'up')).toMatchObject({ exitCode: 0 });
    await database.dataSource.query(`delete from maestro_migrations where timestamp = (select max(timestamp) from maestro_migrations)`);
    const refused = await tool('sessions', 'list', '--json');
    expect(JSON.parse(refused.errors)).toMatchObject({ code: 'migration.pending' });
    expect(refused).toMatchObject({ exitCode: 78, output: '' });
  });
});
