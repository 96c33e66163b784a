import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { builtGateway } from '../support/built-gateway.js';
import type { FormerGateway } from '../support/former-gateway.js';
import { buildFormerGateway, hasFormerGateway } from '../support/former-gateway.js';
import type { GatewayClient } from '../support/gateway-client.js';
import { gatewayClient } from '../support/gateway-client.js';
import type { GatewayProcess } from '../support/gateway-process.js';
import { startGatewayProcess } from '../support/gateway-process.js';
import { brokenInvariants } from '../support/invariants.js';
import type { TestDatabase } from '../support/postgres.js';
import { emptyDatabase } from '../support/postgres.js';
import { tellFigure } from '../support/tell-figure.js';

const isStrict = process.env['MAESTRO_TEST_STRICT'] === '1';
const isThere = hasFormerGateway();

if (!isThere) console.info('T21 is skipped: this tree has no git history that goes back to the closed vault');

// A strict run has no excuse.
(isThere || isStrict ? describe : describe.skip)('the version before logins, and this one', () => {
  const keys = `test=${randomBytes(32).toString('base64')}`;
  const adminKey = `mk_test_${randomBytes(24).toString('hex')}`;
  let former: FormerGateway;
  let folder: string;
  let database: TestDatabase;
  const running: GatewayProcess[] = [];
  beforeAll(() => {
    builtGateway();
    former = buildFormerGateway();
  }, 600_000);
  afterAll(() => {
    former.remove();
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'maestro-versions-'));
    database = await emptyDatabase();
  });
  afterEach(async () => {
    for (const gateway of running.splice(0)) await gateway.kill();
    await database.close();
    rmSync(folder, { recursive: true });
  });

  async function start(main?: string): Promise<{ readonly process: GatewayProcess; readonly client: GatewayClient }> {
    const gateway = await startGatewayProcess(
      folder,
      { DATABASE_URL: database.url, MAESTRO_ENCRYPTION_KEYS: keys, MAESTRO_ADMIN_KEY: adminKey },
      main,
    );
    running.push(gateway);
    const url = gateway.log.find(({ msg }) => msg === 'listening')?.['url'];
    return { process: gateway, client: gatewayClient(String(url), adminKey) };
  }

  /** Makes, finds, lists, changes, gives new credentials, deletes; and what each of them answered. */
  async function everything(client: GatewayClient, name: string): Promise<readonly number[]> {
    const call: GatewayClient['call'] = (...of) => client.call(...of);
    const provider = 'anthropic';
    const credentials = (key: string): object => ({ apiKey: `sk-ant-api03-${key.padEnd(93, '0')}` });
    const made = await call('POST', '/api/sessions', { body: { provider, authType: 'api_key', name, credentials: credentials(name) } });
    const path = `/api/sessions/${String(made.json['id'])}`;
    return [
      made.status,
      (await call('GET', path)).status,
      (await call('GET', '/api/sessions')).status,
      (await call('PATCH', path, { body: { name: `${name}_changed`, label: 'changed' } })).status,
      (await call('PUT', `${path}/credentials`, { body: { credentials: credentials(`${name}2`) } })).status,
      (await call('POST', '/api/sessions', { body: { provider, authType: 'api_key', name, credentials: credentials(`${name}3`) } })).status,
      (await call('DELETE', path)).status,
    ];
  }
  const allWell = [201, 200, 200, 200, 200, 201, 204];

  const broken = (): Promise<readonly string[]> => brokenInvariants({ dataSource: database.dataSource, keyRing: KeyRing.parse(keys) });

  it('follow each other: this one takes the schema and the sessions of the former on', async () => {
    const before = await start(former.main);
    const then = await everything(before.client, 'before');
    await before.process.stop();

    const after = await start();
    const { json } = await after.client.call('GET', '/api/sessions');
    const now = await everything(after.client, 'after');

    tellFigure(
      'T21',
      `this version on the schema of e2be1ab: migrated at the start, ${String(now.length)} of ${String(now.length)} operations well`,
    );
    expect({ then, now }).toEqual({ then: allWell, now: allWell });
    expect(JSON.stringify(json)).toContain('"before"');
    expect(await broken()).toEqual([]);
  }, 180_000);

  it('do not mix: the former refuses the schema of this one, in one line, and changes nothing', async () => {
    const present = await start();
    await everything(present.client, 'present');

    const refused = await start(former.main).then(
      () => 'it started',
      (error: unknown) => (error instanceof Error ? error.message.trim() : String(error)),
    );

    tellFigure('T21', `e2be1ab on the schema of this version: ${refused}`);
    expect(refused).toContain('this database was migrated by a newer Maestro');
    expect(refused.split('\n')).toHaveLength(1);
    expect(await everything(present.client, 'still_present')).toEqual(allWell);
    expect(await broken()).toEqual([]);
  }, 180_000);

  it('meet in an upgrade: the former, still running, works on beside this one or says that it cannot', async () => {
    const before = await start(former.main);
    expect(await everything(before.client, 'alone')).toEqual(allWell);

    const present = await start();
    const beside = await everything(before.client, 'beside');
    const now = await everything(present.client, 'present');

    tellFigure(
      'T21',
      `e2be1ab still running while this version has migrated: ${beside.join(' ')}; this version beside it: ${now.join(' ')}`,
    );
    expect(now).toEqual(allWell);
    expect(await broken()).toEqual([]);
  }, 180_000);
});
