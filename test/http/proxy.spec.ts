import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { builtGateway } from '../support/built-gateway.js';
import type { ConnectProxy } from '../support/connect-proxy.js';
import { startConnectProxy } from '../support/connect-proxy.js';
import { gatewayClient } from '../support/gateway-client.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';

const pem = (name: string): string => resolve('test/support/tls', name);
const answer = [
  {
    id: 'c1',
    object: 'chat.completion.chunk',
    model: 'm',
    choices: [{ index: 0, delta: { role: 'assistant', content: 'Hello' }, finish_reason: null }],
  },
  { id: 'c1', object: 'chat.completion.chunk', model: 'm', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
];

describe('a gateway behind a proxy', () => {
  const main = builtGateway();
  let folder: string;
  let database: TestDatabase;
  let proxy: ConnectProxy;
  let child: ChildProcess | undefined;
  const asked: string[] = [];
  const upstream = createServer(
    { key: readFileSync(pem('upstream.test.key')), cert: readFileSync(pem('upstream.test.crt')) },
    (request, response) => {
      asked.push(`${String(request.headers.host)} ${String(request.url)}`);
      request.resume().on('end', () => {
        if (request.url === '/token') {
          response.writeHead(200, { 'content-type': 'application/json' });
          response.end(JSON.stringify({ access_token: 'access-2', refresh_token: 'refresh-2', token_type: 'Bearer', expires_in: 3600 }));
          return;
        }
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (const chunk of answer) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
        response.end('data: [DONE]\n\n');
      });
    },
  );

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'maestro-proxy-'));
    database = await freshDatabase();
    await new Promise<void>((ready) => upstream.listen(0, '127.0.0.1', ready));
    proxy = await startConnectProxy();
  }, 180_000);
  afterAll(async () => {
    child?.kill('SIGKILL');
    await proxy.close();
    upstream.closeAllConnections();
    upstream.close();
    await database.close();
    rmSync(folder, { recursive: true });
  });

  it('asks providers and token endpoints through it, by names that only the proxy can resolve', async () => {
    const { port } = upstream.address() as AddressInfo;
    const origin = `https://upstream.test:${String(port)}`;
    const adminKey = `mk_test_${randomBytes(24).toString('hex')}`;
    let out = '';
    child = spawn(process.execPath, [main], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        PORT: '0',
        MAESTRO_DATA_DIR: folder,
        DATABASE_URL: database.url,
        MAESTRO_ADMIN_KEY: adminKey,
        MAESTRO_ENCRYPTION_KEYS: `k1=${randomBytes(32).toString('base64')}`,
        NODE_EXTRA_CA_CERTS: pem('upstream.test.crt'),
        https_proxy: proxy.url.replace('//', '//operator:hunter2-hunter2@'),
        OPENAI_BASE_URL: `${origin}/v1`,
        OPENAI_OAUTH_CLIENT_ID: 'client',
        OPENAI_OAUTH_TOKEN_URL: `${origin}/token`,
        OPENAI_OAUTH_AUTHORIZE_URL: `${origin}/authorize`,
      },
    });
    child.stdout?.on('data', (piece: Buffer) => (out += piece.toString()));
    child.stderr?.on('data', (piece: Buffer) => (out += piece.toString()));
    await until(() => out.includes('"listening"'), 200);
    const client = gatewayClient(/http:\/\/127\.0\.0\.1:\d+/.exec(out)?.[0] ?? '', adminKey);
    const session = { provider: 'openai', name: 'work_login', authType: 'oauth' };
    const credentials = { accessToken: 'access-1', refreshToken: 'refresh-1', expiresAt: new Date(Date.now() - 60_000).toISOString() };
    await client.call('POST', '/api/sessions', { body: { ...session, credentials } });
    await client.call('POST', '/api/sessions', {
      body: { ...session, name: 'work_key', authType: 'api_key', credentials: { apiKey: 'key-1' } },
    });

    const refreshed = await client.call('POST', '/api/sessions/openai/oauth/work_login/refresh');
    const body = { model: 'openai:work_key/m', messages: [{ role: 'user', content: 'Hi' }], stream: true };
    const chat = await client.call('POST', '/v1/chat/completions', { body });

    expect([refreshed.status, chat.status]).toEqual([200, 200]);
    expect(chat.text).toContain('"Hello"');
    expect(asked).toEqual([`upstream.test:${String(port)} /token`, `upstream.test:${String(port)} /v1/chat/completions`]);
    expect(proxy.heads.length).toBeGreaterThan(0);
    expect(proxy.heads.every((head) => head.startsWith(`CONNECT upstream.test:${String(port)} `))).toBe(true);
    expect(proxy.heads.join('')).toContain(Buffer.from('operator:hunter2-hunter2').toString('base64'));
    expect(out).not.toContain('hunter2');
  }, 60_000);
});
