import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { environmentNameOf } from '../../src/contracts/manifest.js';
import { MaestroClient } from '../../src/index.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import type { RunningIssuer } from '../../src/testing/issuer-simulator.js';
import { startIssuer } from '../../src/testing/issuer-simulator.js';
import { startFaultyUpstream } from '../support/faulty-upstream.js';
import { gatewayClient } from '../support/gateway-client.js';
import type { GatewayProcess } from '../support/gateway-process.js';
import { startGatewayProcess } from '../support/gateway-process.js';
import { openedRows } from '../support/origin-table.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';
import { ask, baseUrlsOf, makeSessions, providers, ways } from '../upstream/fault-scene.js';

/** How a gateway is stopped: told once, when its answers get this long; or told twice, when they would get an hour. */
export type Stopping = { readonly drainMs: number } | 'twice';

export interface StoppedRound {
  readonly exitCode: number | null;
  /** What the reader of each stream was told in the end. */
  readonly outcomes: readonly string[];
  /** Refreshes after which the issuer and the vault do not agree. */
  readonly lost: readonly string[];
  /** Calls of the token endpoint. */
  readonly tokenCalls: number;
  /** From the first word to the end of the process. */
  readonly milliseconds: number;
}

/** Gateways as processes, one after the other on one database, with an upstream that never ends and an issuer that takes its time. */
export interface StoppingScene {
  round(streams: number, refreshes: number, stopping: Stopping): Promise<StoppedRound>;
  close(): Promise<void>;
}

/** Milliseconds that the issuer takes: by far more than streams need to be ended. */
const issuerLatency = 2_000;

export async function startStoppingScene(logins: number): Promise<StoppingScene> {
  const database = await freshDatabase();
  const upstream = await startFaultyUpstream({ bytes: 0, lines: 0, unpacked: 0 }, '');
  const issuer = await startIssuer({ rotation: 'strict', latencyMs: issuerLatency });
  const folder = mkdtempSync(join(tmpdir(), 'maestro-stopping-'));
  const encryptionKeys = `test=${randomBytes(32).toString('base64')}`;
  const adminKey = `mk_test_${randomBytes(24).toString('hex')}`;
  const baseUrls = baseUrlsOf(upstream.baseUrl);
  const environment = {
    ...{ DATABASE_URL: database.url, MAESTRO_ENCRYPTION_KEYS: encryptionKeys, MAESTRO_ADMIN_KEY: adminKey },
    ...{ MAESTRO_ALLOW_PRIVATE_UPSTREAMS: 'true', MAESTRO_RPC_URLS: 'tcp://127.0.0.1:0' },
    ANTHROPIC_OAUTH_CLIENT_ID: 'maestro-test',
    ANTHROPIC_OAUTH_TOKEN_URL: issuer.tokenUrl,
    ANTHROPIC_OAUTH_ACCEPT_TERMS: '2026-11-22',
    ...Object.fromEntries(providers.map((provider) => [environmentNameOf(provider, 'baseUrl'), baseUrls[provider]])),
  };
  const families: string[] = [];
  let gateway: GatewayProcess | undefined;
  return {
    async round(streams, refreshes, stopping) {
      const drainMs = stopping === 'twice' ? 3_600_000 : stopping.drainMs;
      gateway = await startGatewayProcess(folder, { ...environment, MAESTRO_DRAIN_MS: String(drainMs) });
      const client = gatewayClient(gateway.url, adminKey);
      if (families.length === 0) {
        await makeSessions(client, baseUrls);
        families.push(...(await makeLogins(client, issuer, logins)));
      }
      const messages = new MaestroClient({ url: gateway.rpcAddresses[0] ?? '', key: adminKey });
      const [askedBefore, callsBefore] = [upstream.asked(), issuer.calls.length];
      const reading = Array.from({ length: streams }, (_, at) =>
        ask(
          { client, messages },
          ways[at % ways.length] ?? 'native',
          providers[at % providers.length] ?? 'openai',
          'silence in the middle',
        ),
      );
      await until(() => upstream.asked() - askedBefore === streams, 60);
      // Whoever asked for it may be gone before it is done.
      const asking = Array.from({ length: refreshes }, (_, at) =>
        client.call('POST', `/api/sessions/anthropic/oauth/${loginName(at)}/refresh`, { body: {} }).catch(() => undefined),
      );
      await until(() => issuer.calls.length - callsBefore === refreshes, 60);
      const began = performance.now();
      const exitCode = await stopped(gateway, stopping);
      const milliseconds = Math.round(performance.now() - began);
      const outcomes = (await Promise.all(reading)).map(({ outcome }) => outcome);
      await Promise.all([...asking, messages.close()]);
      const lost = await disagreements(database, encryptionKeys, issuer, families.slice(0, refreshes));
      return { exitCode, outcomes, lost, tokenCalls: issuer.calls.length - callsBefore, milliseconds };
    },
    async close() {
      await gateway?.kill();
      await upstream.close();
      await issuer.close();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function stopped(gateway: GatewayProcess, stopping: Stopping): Promise<number | null> {
  if (stopping !== 'twice') return gateway.stop();
  process.kill(gateway.pid, 'SIGTERM');
  await until(() => gateway.log.some(({ msg }) => String(msg).startsWith('stopping')));
  return gateway.stop();
}

const loginName = (at: number): string => `login_${String(at)}`;

/** @returns the ids of their families */
async function makeLogins(client: ReturnType<typeof gatewayClient>, issuer: RunningIssuer, count: number): Promise<readonly string[]> {
  const expiresAt = new Date(Date.now() + 24 * 3_600_000).toISOString();
  const families = Array.from({ length: count }, () => issuer.issue());
  for (const [at, { accessToken, refreshToken }] of families.entries()) {
    const body = { provider: 'anthropic', authType: 'oauth', name: loginName(at), credentials: { accessToken, refreshToken, expiresAt } };
    const { status, text } = await client.call('POST', '/api/sessions', { body });
    if (status !== 201) throw new Error(text);
  }
  return families.map(({ id }) => id);
}

/** The tokens that the vault should hold, and does not. */
async function disagreements(
  database: TestDatabase,
  keys: string,
  issuer: RunningIssuer,
  families: readonly string[],
): Promise<readonly string[]> {
  const rows = await openedRows(database.dataSource, KeyRing.parse(keys));
  const secrets = rows.filter(({ auth_type }) => auth_type === 'oauth').map(({ secret }) => secret);
  return families.filter((family) => {
    const token = issuer.currentTokenOf(family);
    return token === undefined || !secrets.some((secret) => secret.includes(token));
  });
}
