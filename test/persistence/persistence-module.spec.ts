import { randomBytes } from 'node:crypto';

import { Test } from '@nestjs/testing';
import type { MigrationInterface } from 'typeorm';
import { DataSource } from 'typeorm';

import { SecretBox } from '../../src/core/sessions/secret-box.port.js';
import { SessionStore } from '../../src/core/sessions/session-store.port.js';
import { databaseProbe } from '../../src/persistence/database-probe.js';
import { AesGcmSecretBox } from '../../src/persistence/encryption/aes-gcm-secret-box.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { maestroDataSource, PersistenceModule } from '../../src/persistence/persistence.module.js';
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
    const dataSource = application.get<DataSource>(maestroDataSource);

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

    expect(application.get<DataSource>(maestroDataSource)).toBe(dataSource);
    expect(await dataSource.showMigrations()).toBe(false);

    await application.close();
    expect(dataSource.isInitialized).toBe(true);
  });

  it("refuses an application's own DataSource, whose migrations are not Maestro's to run", async () => {
    const migrated = jest.fn();
    class ApplicationStep1756600000000 implements MigrationInterface {
      up = async (): Promise<void> => void migrated();
      down = async (): Promise<void> => undefined;
    }
    const dataSource = new DataSource({ type: 'postgres', url: database.url, migrations: [ApplicationStep1756600000000] });
    await dataSource.initialize();
    const module = PersistenceModule.forRoot({ dataSource, keyRing });

    await expect(Test.createTestingModule({ imports: [module] }).compile()).rejects.toMatchObject({ code: 'configuration.invalid' });
    expect(migrated).not.toHaveBeenCalled();
    await dataSource.destroy();
  });
});
