import { randomBytes } from 'node:crypto';

import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';

import { SecretBox } from '../../src/core/sessions/secret-box.port.js';
import { SessionStore } from '../../src/core/sessions/session-store.port.js';
import { databaseProbe } from '../../src/persistence/database-probe.js';
import { AesGcmSecretBox } from '../../src/persistence/encryption/aes-gcm-secret-box.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { PersistenceModule } from '../../src/persistence/persistence.module.js';
import { TypeOrmSessionStore } from '../../src/persistence/typeorm-session-store.js';
import type { TestDatabase } from '../support/postgres.js';
import { emptyDatabase } from '../support/postgres.js';

const keyRing = KeyRing.parse(`k1=${randomBytes(32).toString('base64')}`);

describe('the persistence module', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await emptyDatabase();
  });
  afterEach(async () => {
    await database.close();
  });

  it('opens a database, migrates it, and closes it at the end', async () => {
    const module = PersistenceModule.forRoot({ database: { url: database.url }, keyRing });
    const application = await Test.createTestingModule({ imports: [module] }).compile();
    await application.init();
    const dataSource = application.get(DataSource);

    expect(application.get(SessionStore)).toBeInstanceOf(TypeOrmSessionStore);
    expect(application.get(SecretBox)).toBeInstanceOf(AesGcmSecretBox);
    expect(await dataSource.showMigrations()).toBe(false);
    await expect(databaseProbe(dataSource).check({ signal: AbortSignal.timeout(1000) })).resolves.toBeUndefined();

    await application.close();
    expect(dataSource.isInitialized).toBe(false);
    await expect(databaseProbe(dataSource).check({ signal: AbortSignal.timeout(1000) })).rejects.toMatchObject({
      code: 'database.unavailable',
    });
  });

  it("uses a caller's own DataSource, and leaves it open", async () => {
    const { dataSource } = database;
    const module = PersistenceModule.forRoot({ dataSource, keyRing });
    const application = await Test.createTestingModule({ imports: [module] }).compile();
    await application.init();

    expect(application.get(DataSource)).toBe(dataSource);
    expect(await dataSource.showMigrations()).toBe(false);

    await application.close();
    expect(dataSource.isInitialized).toBe(true);
  });
});
