import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Agent } from 'undici';

import { builtGateway } from '../support/built-gateway.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';

type Entry = Readonly<Record<string, unknown>>;

const adminKey = 'the-admin-key-of-a-gateway-with-workers';
const chunk = (delta: object, finish: string | null): string =>
  `data: ${JSON.stringify({ id: 'c1', model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

describe('a gateway of several workers', () => {
  let database: TestDatabase;
  let folder: string;
  let upstream: Server;
  let gateway: ChildProcessWithoutNullStreams;
  let exited: Promise<unknown>;
  let url = '';
  const answers: ServerResponse[] = [];
  const log: Entry[] = [];

  beforeAll(async () => {
    const main = builtGateway();
    database = await freshDatabase();
    folder = mkdtempSync(join(tmpdir(), 'maestro-workers-'));
    upstream = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(chunk({ content: 'a' }, null));
      answers.push(response);
    }).listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    gateway = spawn(process.execPath, [main], {
      cwd: folder,
      env: {
        ...{ PATH: process.env['PATH'], PORT: '0', MAESTRO_DATA_DIR: folder, MAESTRO_WORKERS: '2', MAESTRO_ADMIN_KEY: adminKey },
        ...{ DATABASE_URL: database.url, MAESTRO_ENCRYPTION_KEYS: `k1=${randomBytes(32).toString('base64')}` },
        OPENAI_BASE_URL: `http://127.0.0.1:${String((upstream.address() as AddressInfo).port)}/v1`,
      },
    });
    exited = once(gateway, 'close');
    let rest = '';
    gateway.stdout.on('data', (piece: Buffer) => {
      const lines = (rest + piece.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) log.push(JSON.parse(line) as Entry);
    });
    await until(() => log.some(({ msg }) => msg === 'listening'), 120);
    url = String(log.find(({ msg }) => msg === 'listening')?.['url']);
  }, 180_000);
  afterAll(async () => {
    gateway.kill('SIGKILL');
    upstream.close();
    upstream.closeAllConnections();
    await database.close();
    rmSync(folder, { recursive: true });
  });

  /** Over a connection of its own, which is dealt out to a worker. */
  async function call(path: string, body?: object): Promise<{ readonly status: number; readonly text: string }> {
    const connection = new Agent();
    try {
      const { statusCode, body: answer } = await connection.request({
        ...{ origin: url, path, method: body === undefined ? ('GET' as const) : ('POST' as const) },
        headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return { status: statusCode, text: await answer.text() };
    } finally {
      await connection.close();
    }
  }

  const serving = (): ReadonlySet<unknown> => new Set(log.filter(({ msg }) => msg === 'request').map(({ worker }) => worker));
  const chat = { model: 'openai:work/m', stream: true, messages: [{ role: 'user', content: 'go on' }] };

  it('serves in each of them, and counts what all of them did', async () => {
    const session = { provider: 'openai', authType: 'api_key', name: 'work', credentials: { apiKey: 'sk-test-0123456789abcdefghij' } };
    expect((await call('/api/sessions', session)).status).toBe(201);
    for (let request = 0; request < 6; request += 1) expect((await call('/api/sessions/openai/api_key/work')).status).toBe(200);

    const { text } = await call('/metrics');
    expect(serving().size).toBe(2);
    expect(text).toMatch(/maestro_http_requests_total\{[^}]*route="\/api\/sessions\/:provider\/:authType\/:name"[^}]*\} 6/);
    expect(text).toMatch(/maestro_http_requests_running 1\n/);
  }, 60_000);

  it('replaces one that was killed', async () => {
    const victim = await childOf(gateway);
    process.kill(victim, 'SIGKILL');
    await until(() => log.some(({ msg, worker }) => worker === 3 && String(msg).includes('providers serve')), 60);
    expect(log.find(({ level }) => level === 'error')).toMatchObject({ worker: 0, signal: 'SIGKILL' });
    await until(async () => (await call('/api/sessions/openai/api_key/work')).status === 200 && serving().has(3), 60);
  }, 120_000);

  it('lets what runs finish, also where every process hears the signal, and ends with 0', async () => {
    const answer = call('/v1/chat/completions', chat);
    await until(() => answers.length > 0, 30);
    for (const pid of [gateway.pid ?? 0, ...(await childrenOf(gateway))]) process.kill(pid, 'SIGINT');
    await until(() => log.filter(({ msg }) => String(msg).startsWith('stopping')).length === 2, 30);
    answers[0]?.end(chunk({ content: 'b' }, 'stop'));

    expect(await answer).toEqual({ status: 200, text: chunk({ content: 'a' }, null) + chunk({ content: 'b' }, 'stop') });
    expect(await exited).toEqual([0, null]);
  }, 120_000);
});

async function childOf(parent: ChildProcessWithoutNullStreams): Promise<number> {
  const [first = 0] = await childrenOf(parent);
  return first;
}

async function childrenOf({ pid }: ChildProcessWithoutNullStreams): Promise<readonly number[]> {
  const listing = spawn('ps', ['-o', 'pid=', '--ppid', String(pid)]);
  const pieces: string[] = [];
  listing.stdout.on('data', (piece: Buffer) => pieces.push(piece.toString()));
  await once(listing, 'close');
  return pieces.join('').trim().split(/\s+/).map(Number);
}
