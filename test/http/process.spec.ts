import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { builtGateway } from '../support/built-gateway.js';
import { gatewayClient } from '../support/gateway-client.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';

interface Process {
  readonly child: ChildProcessWithoutNullStreams;
  readonly out: () => string;
  readonly err: () => string;
  readonly exitCode: Promise<unknown>;
}

describe('the process of a gateway', () => {
  let main: string;
  let database: TestDatabase;
  let folder: string;
  beforeAll(async () => {
    main = builtGateway();
    database = await freshDatabase();
    folder = mkdtempSync(join(tmpdir(), 'maestro-process-'));
  }, 180_000);
  afterAll(async () => {
    await database.close();
    rmSync(folder, { recursive: true });
  });

  const children: ChildProcessWithoutNullStreams[] = [];
  afterEach(() => {
    // Of a test that failed half-way; one that ended is not there to be killed.
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  const encryptionKeys = `k1=${randomBytes(32).toString('base64')}`;

  function start(environment: Readonly<Record<string, string>>): Process {
    // In a folder of its own: somebody may have a .env beside the sources.
    const child = spawn(process.execPath, [main], {
      cwd: folder,
      env: { PATH: process.env['PATH'], PORT: '0', MAESTRO_DATA_DIR: folder, ...environment },
    });
    children.push(child);
    const texts = { out: '', err: '' };
    child.stdout.on('data', (piece: Buffer) => (texts.out += piece.toString()));
    child.stderr.on('data', (piece: Buffer) => (texts.err += piece.toString()));
    return { child, out: () => texts.out, err: () => texts.err, exitCode: once(child, 'close').then(([code]) => code as unknown) };
  }

  it('ends with 78 and one line for each bad variable', async () => {
    const { exitCode, err, out } = start({ PORT: 'x', LOG_LEVEL: 'loud' });

    expect(await exitCode).toBe(78);
    expect(err().trimEnd().split('\n')).toEqual([expect.stringMatching(/^PORT must be /), expect.stringMatching(/^LOG_LEVEL must be /)]);
    expect(out()).toBe('');
  }, 60_000);

  it('ends with 78 and one line where a database is given and no key to seal with', async () => {
    const { exitCode, err } = start({ DATABASE_URL: database.url });

    expect(await exitCode).toBe(78);
    expect(err().trimEnd().split('\n')).toEqual([expect.stringContaining('there must be MAESTRO_ENCRYPTION_KEYS')]);
  }, 60_000);

  it('ends with 75 and one line where the database is away', async () => {
    const { exitCode, err } = start({ DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none', MAESTRO_ENCRYPTION_KEYS: encryptionKeys });

    expect(await exitCode).toBe(75);
    expect(err().trimEnd().split('\n')).toHaveLength(1);
  }, 60_000);

  it('logs where it listens, prints the new key beside the log, and ends with 0 when it is told to', async () => {
    const { child, exitCode, err, out } = start({ DATABASE_URL: database.url, MAESTRO_ENCRYPTION_KEYS: encryptionKeys });
    await until(() => out().includes('"listening"') && err() !== '', 50);
    const entries = (): Record<string, unknown>[] =>
      out()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    const url = entries().find(({ msg }) => msg === 'listening')?.['url'] as string;
    const key = /mk_[\w-]{43}/.exec(err())?.[0] ?? '';

    const { status } = await gatewayClient(url, key).call('GET', '/api/sessions');
    const { json: description } = await gatewayClient(url, key).call('GET', '/openapi.json');
    child.kill('SIGTERM');

    expect(await exitCode).toBe(0);
    expect(status).toBe(200);
    expect(entries().at(-1)).toMatchObject({ msg: 'stopped', level: 'info' });
    expect(out()).not.toContain(key);
    expect(description).toMatchObject({
      components: {
        schemas: {
          ChatDto: { required: ['provider', 'session', 'model', 'messages'] },
          SessionAnswerDto: { properties: { status: { enum: expect.arrayContaining(['active']) } } },
          ProblemDto: { properties: { retryAfterMs: { type: 'number' } } },
        },
      },
      paths: { '/api/sessions/{id}': { get: { operationId: 'SessionsController_oneById', parameters: [{ name: 'id', in: 'path' }] } } },
    });
  }, 60_000);

  it('tells people where everything lies, in words', async () => {
    const { child, exitCode, out } = start({
      DATABASE_URL: database.url,
      MAESTRO_ENCRYPTION_KEYS: encryptionKeys,
      MAESTRO_LOG_FORMAT: 'pretty',
    });
    await until(() => out().includes('/docs'), 50);
    child.kill('SIGINT');

    expect(await exitCode).toBe(0);
    expect(out()).toMatch(/Maestro {4}http:\/\/127\.0\.0\.1:\d+/);
    expect(out()).toContain(join(folder, 'admin-key'));
  }, 60_000);
});
