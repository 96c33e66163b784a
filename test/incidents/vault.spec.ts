import { createCipheriv, randomBytes } from 'node:crypto';

import { ProviderId } from '../../src/contracts/provider-id.js';
import { Secret } from '../../src/contracts/secret.js';
import type { SealContext } from '../../src/core/sessions/secret-box.port.js';
import { open } from '../../src/persistence/encryption/aead.js';
import { AesGcmSecretBox } from '../../src/persistence/encryption/aes-gcm-secret-box.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { TypeOrmArchive } from '../../src/persistence/archive/typeorm-archive.js';
import { TypeOrmAuditLog } from '../../src/persistence/audit/typeorm-audit-log.js';
import { TypeOrmKeyRotation } from '../../src/persistence/encryption/typeorm-key-rotation.js';
import { prepareDatabase } from '../../src/persistence/open-database.js';
import { backedUp } from '../support/archived-vault.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import { insertSealed } from '../support/rotation.js';
import { patternTable, routeTable } from '../support/who-may.js';

const bytes = [randomBytes(32), randomBytes(32)];
const [first = '', second = ''] = bytes.map((key, index) => `k${String(index + 1)}=${key.toString('base64')}`);
const ring = KeyRing.parse(first);
const box = new AesGcmSecretBox(ring);
const context: SealContext = {
  table: 'saved_authentications',
  column: 'credentials',
  rowId: '0f9d3c9e-7c1b-4c89-9d2a-6f1f3f0f6a51',
  provider: ProviderId.parse('openai'),
  authType: 'api_key',
  secretVersion: 1,
};

describe('what went wrong with secrets at rest elsewhere', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await freshDatabase();
    await prepareDatabase(database.dataSource, ring);
    await insertSealed(database.dataSource, ring, 5);
  });
  afterEach(() => database.close());

  it.each([4, 8, 12, 15])(
    'json-jwt CVE-2018-1000539, cjose CVE-2023-37464, freellmapi 284, butterbase 30: a tag of %i bytes opens nothing',
    (length) => {
      // Of an empty text nothing is left but the tag, so that a short one ends the bytes.
      const [key, iv, associated] = [randomBytes(32), randomBytes(12), Buffer.from('where')];
      const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: 16 }).setAAD(associated);
      cipher.final();
      const whole = Buffer.concat([iv, cipher.getAuthTag()]);

      expect(open(key, whole, associated)).toHaveLength(0);
      expect(() => open(key, whole.subarray(0, 12 + length), associated)).toThrow();
    },
  );

  it('AWS Encryption SDK CVE-2026-6550: what was opened once opens nothing of another place, key or commitment', async () => {
    const sealed = await box.seal(Secret.of('a secret'), context);
    const stranger = new AesGcmSecretBox(KeyRing.parse(`k1=${randomBytes(32).toString('base64')}`));
    const forged = Buffer.from(sealed.bytes);
    // Everything after the data key: its commitment first.
    const at = forged.length - 'a secret'.length - 12 - 16 - 1;
    forged[at] = (forged[at] ?? 0) ^ 1;

    for (let round = 0; round < 3; round += 1) {
      expect((await box.open(sealed, context)).reveal()).toBe('a secret');
      await expect(box.open(sealed, { ...context, secretVersion: 2 })).rejects.toMatchObject({ code: 'secret.unreadable' });
      await expect(stranger.open(sealed, context)).rejects.toMatchObject({ code: 'secret.unreadable' });
      await expect(box.open({ ...sealed, bytes: forged }, context)).rejects.toMatchObject({ code: 'secret.unreadable' });
    }
  });

  it('EDDI 709, MailFathom 336, cloak_ecto 33: a key is known before a row needs it, no idle row is left, and order decides nothing', async () => {
    const { dataSource } = database;
    for (const keys of [`${first},${second}`, `${second},${first}`]) {
      await prepareDatabase(dataSource, KeyRing.parse(keys, 'k2'));
      const known = await dataSource.query<{ key_id: string }[]>('select key_id from encryption_keys order by 1');
      expect(known.map(({ key_id }) => key_id)).toEqual(['k1', 'k2']);
    }
    const shuffled = KeyRing.parse(`${first},${second}`, 'k2');
    await new TypeOrmKeyRotation({ dataSource, keys: shuffled, auditLog: new TypeOrmAuditLog(dataSource, shuffled) }).rotate();

    const sealedWith = await dataSource.query<{ key_id: string; rows: number }[]>(
      'select key_id, count(*)::int as rows from saved_authentications group by 1',
    );
    expect(sealedWith).toEqual([{ key_id: 'k2', rows: 5 }]);
  });

  it('LiteLLM 3635, 13406 and 15776, n8n 22478, Polaris 444: with another key the start is refused, and no row is touched', async () => {
    const rows = (): Promise<unknown> => database.dataSource.query('select * from saved_authentications order by id');
    const before = await rows();

    const other = [KeyRing.parse(`k1=${randomBytes(32).toString('base64')}`), KeyRing.parse(second)];
    for (const keys of other) {
      await expect(prepareDatabase(database.dataSource, keys)).rejects.toMatchObject({
        code: expect.stringMatching(/^encryption\.key-(mismatch|unknown)$/) as string,
      });
    }
    expect(await rows()).toEqual(before);
  });

  it('Nginx-UI CVE-2026-27944: a backup holds no key, and nobody gets one over the network', async () => {
    const archive = await backedUp(new TypeOrmArchive(database.dataSource, ring));
    const forms = bytes.flatMap((key) => [
      key,
      ...(['hex', 'base64', 'base64url'] as const).map((form) => Buffer.from(key.toString(form))),
    ]);

    expect(archive.length).toBeGreaterThan(1_000);
    expect(forms.filter((form) => archive.includes(form))).toEqual([]);
    const ways = [...routeTable.keys(), ...patternTable.keys()];
    expect(ways.filter((way) => /backup|restore|archive|export|dump|encryption/i.test(way))).toEqual([]);
  });
});
