import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { environmentNameOf } from '../../src/contracts/manifest.js';
import { MaestroClient } from '../../src/index.js';
import type { FaultyUpstream } from '../support/faulty-upstream.js';
import { startFaultyUpstream } from '../support/faulty-upstream.js';
import { gatewayClient } from '../support/gateway-client.js';
import type { GatewayProcess } from '../support/gateway-process.js';
import { startGatewayProcess } from '../support/gateway-process.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import { tellFigure } from '../support/tell-figure.js';
import { until } from '../support/until.js';
import type { FaultScene, Kind, Provider, Way } from './fault-scene.js';
import { ask, baseUrlsOf, hasSecret, makeSessions, providers, ways } from './fault-scene.js';
import { expectedOf, kinds } from './fault-table.js';

const mebi = 1024 * 1024;
const volumes = { bytes: 1024 * mebi, lines: 10_000_000, unpacked: 1024 * mebi };

/** An event may have 32 Mi characters, which are copied once when they are put together; the rest is the engine's. */
const mostGrowth = 256 * mebi;

type Round = readonly [Kind, Provider, Way];

const rounds: readonly Round[] = kinds.flatMap((kind) =>
  providers.flatMap((provider) => ways.map((way) => [kind, provider, way] as const)),
);
const isSilent = ([kind]: Round): boolean => kind.startsWith('silence');

describe('a process whose providers do not keep to the rules', () => {
  let [database, upstream, gateway, scene, folder]: [TestDatabase?, FaultyUpstream?, GatewayProcess?, FaultScene?, string?] = [];
  beforeAll(async () => {
    database = await freshDatabase();
    upstream = await startFaultyUpstream(volumes, 'http://127.0.0.1:9');
    folder = mkdtempSync(join(tmpdir(), 'maestro-faults-'));
    const baseUrls = baseUrlsOf(upstream.baseUrl);
    const adminKey = `mk_test_${randomBytes(24).toString('hex')}`;
    gateway = await startGatewayProcess(folder, {
      ...{ DATABASE_URL: database.url, MAESTRO_ENCRYPTION_KEYS: `test=${randomBytes(32).toString('base64')}`, MAESTRO_ADMIN_KEY: adminKey },
      ...{ MAESTRO_ALLOW_PRIVATE_UPSTREAMS: 'true', MAESTRO_RPC_URLS: 'tcp://127.0.0.1:0' },
      ...Object.fromEntries(providers.map((provider) => [environmentNameOf(provider, 'baseUrl'), baseUrls[provider]])),
    });
    const client = gatewayClient(gateway.url, adminKey);
    scene = { client, messages: new MaestroClient({ url: gateway.rpcAddresses[0] ?? '', key: adminKey }) };
    await makeSessions(client, baseUrls);
  }, 180_000);
  afterAll(async () => {
    await scene?.messages.close();
    await gateway?.kill();
    await upstream?.close();
    await database?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  it('tells each fault as what it is, without a secret, in bounded memory, and keeps no connection', async () => {
    if (scene === undefined || gateway === undefined || upstream === undefined) throw new Error('the scene is not set');
    const [asking, from, { pid, log }] = [scene, upstream, gateway];
    const faults: unknown[] = [];
    let met = 0;
    const meet = async ([kind, provider, way]: Round): Promise<void> => {
      const { outcome, text } = await ask(asking, way, provider, kind);
      met += 1;
      const expected = expectedOf(kind, provider, way);
      const isTold = way !== 'own door' && hasSecret(text);
      if (outcome !== expected || isTold) faults.push({ kind, provider, way, outcome, expected, isTold });
    };
    for (const provider of providers) for (const way of ways) await meet(['none', provider, way]);
    met = 0;
    const before = processNow(pid);

    // As long as usually; they wait together.
    const silent = Promise.all(rounds.filter(isSilent).map(meet));
    let most = { rss: 0, what: '' };
    for (const round of rounds.filter((each) => !isSilent(each))) {
      await meet(round);
      const rss = processNow(pid).rss - before.rss;
      if (rss > most.rss) most = { rss, what: round.join(', ') };
    }
    await silent;
    await until(() => from.open() === 0, 60);
    await until(() => processNow(pid).files <= before.files + 8, 60);
    const peak = peakOf(pid) - before.rss;
    const shown = (bytes: number): string => `${String(Math.round(bytes / mebi))} MiB`;
    const size = `${String(kinds.length)} faults × ${String(providers.length)} providers × ${String(ways.length)} doors`;
    const memory = `RSS +${shown(most.rss)} at most after a fault (${most.what}), +${shown(peak)} at its peak`;
    const figure = `${size}: ${String(met - faults.length)} of ${String(met)} told as expected, ${memory}`;
    console.info(figure);
    tellFigure('T26', figure);

    expect(faults).toEqual([]);
    expect(met).toBe(rounds.length);
    expect(hasSecret(JSON.stringify(log))).toBe(false);
    expect(most.rss).toBeLessThan(mostGrowth);
  }, 470_000);
});

/** As Linux tells; elsewhere nothing is measured. */
function processNow(pid: number): { readonly rss: number; readonly files: number } {
  const place = `/proc/${String(pid)}`;
  return existsSync(place) ? { rss: kibiOf(pid, 'VmRSS') * 1024, files: readdirSync(`${place}/fd`).length } : { rss: 0, files: 0 };
}

function peakOf(pid: number): number {
  return existsSync(`/proc/${String(pid)}`) ? kibiOf(pid, 'VmHWM') * 1024 : 0;
}

function kibiOf(pid: number, name: string): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0);
}
