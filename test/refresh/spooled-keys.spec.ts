import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import { RefreshStore } from '../../src/core/refresh/refresh-store.port.js';
import { TypeOrmAuditLog } from '../../src/persistence/audit/typeorm-audit-log.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { TypeOrmKeyRotation } from '../../src/persistence/encryption/typeorm-key-rotation.js';
import { FileRefreshSpool } from '../../src/persistence/refresh/file-refresh-spool.js';
import type { RunningIssuer } from '../../src/testing/issuer-simulator.js';
import { startIssuer } from '../../src/testing/issuer-simulator.js';
import type { TokenFamily } from '../../src/testing/issuer/token-families.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import { createLogin, issuedProvider, startReplica } from '../support/refreshing-maestro.js';
import type { RunningMaestro } from '../support/start-maestro.js';
import { until } from '../support/until.js';

const oldKey = `old=${randomBytes(32).toString('base64')}`;
const newKey = `new=${randomBytes(32).toString('base64')}`;
const onOld = KeyRing.parse(`${oldKey},${newKey}`, 'old');
const onNew = KeyRing.parse(`${oldKey},${newKey}`, 'new');
const newOnly = KeyRing.parse(newKey);

let database: TestDatabase;
let issuer: RunningIssuer;
let family: TokenFamily;
let folder: string;
const replicas: RunningMaestro[] = [];
/** A result in the spool, sealed with the old key; the sessions are under the new one. */
beforeEach(async () => {
  database = await freshDatabase();
  issuer = await startIssuer();
  folder = await mkdtemp(join(tmpdir(), 'maestro-spool-'));
  const before = await start(onOld);
  family = issuer.issue();
  await createLogin(before, family);
  const store = before.application.get<unknown, RefreshStore>(RefreshStore, { strict: false });
  jest.spyOn(store, 'commit').mockImplementation(() => Promise.reject(new MaestroError('database.unavailable', {})));
  await expect(before.maestro.refreshTokens('whole', 'login')).rejects.toMatchObject({ code: 'database.unavailable' });
  await before.close();
  await rotation().rotate();
});
afterEach(async () => {
  for (const replica of replicas.splice(0)) await replica.close();
  await issuer.close();
  await database.close();
  await rm(folder, { recursive: true });
});

async function start(keyRing: KeyRing): Promise<RunningMaestro> {
  const times = { leaseMs: 300, holdMs: 0, storePauseMs: [5, 5] } as const;
  const replica = await startReplica({ database, keyRing, provider: issuedProvider(issuer), times, spoolFolder: folder });
  replicas.push(replica);
  return replica;
}

function rotation(spool?: FileRefreshSpool): TypeOrmKeyRotation {
  const { dataSource } = database;
  const parts = { dataSource, keys: onNew, auditLog: new TypeOrmAuditLog(dataSource, onNew) };
  return new TypeOrmKeyRotation({ ...parts, ...(spool !== undefined && { spool }) });
}

describe('a key that seals a result in the spool', () => {
  it('is not retired on the machine where it waits, until it is stored', async () => {
    const onThisMachine = rotation(new FileRefreshSpool(folder));
    await expect(onThisMachine.retire('old')).rejects.toMatchObject({
      code: 'encryption.key-in-use',
      parameters: { uses: ['1 refreshed logins that wait in the spool of this machine'] },
    });

    await start(onNew);
    await until(async () => (await readdir(folder)).length === 0);

    await onThisMachine.retire('old');
  });

  it('costs nothing where it was retired elsewhere and is still held: what waited is stored under the primary', async () => {
    await rotation().retire('old');

    const replica = await start(onNew);
    await until(async () => (await readdir(folder)).length === 0);

    const tokens = await replica.maestro.refreshTokens('whole', 'login');
    expect(tokens.refreshToken?.reveal()).toBe(issuer.currentTokenOf(family.id));
    expect(issuer.familiesLost).toEqual([]);
    const kept = await database.dataSource.query('select key_id from saved_authentications union select key_id from orphaned_grants');
    expect(kept).toEqual([{ key_id: 'new' }]);
  });

  it('is asked for loudly where it was taken away: the result is kept, and no spent token is used', async () => {
    const replica = await start(newOnly);
    await until(() => replica.log.from('Refresh').some((line) => line.includes('still wait in the spool')));

    await expect(replica.maestro.refreshTokens('whole', 'login')).rejects.toMatchObject({ code: 'encryption.key-unknown' });

    expect(await readdir(folder)).toHaveLength(1);
    expect(issuer.calls).toHaveLength(1);
  });
});
