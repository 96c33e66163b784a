import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { environmentNameOf } from '../../src/contracts/manifest.js';
import type { ProviderSimulator, RunningSimulator } from '../../src/contracts/simulator.js';
import { loadSimulators } from '../../src/testing/load-simulators.js';
import type { BuiltToolRun } from '../support/built-tool.js';
import { runBuiltTool, runNode, tool as builtTool } from '../support/built-tool.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
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
