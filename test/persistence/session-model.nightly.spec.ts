import { randomBytes } from 'node:crypto';

import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { PersistenceModule } from '../../src/persistence/persistence.module.js';
import { WholeOAuth } from '../extension/fixtures/whole-behaviours.js';
import { brokenInvariants } from '../support/invariants.js';
import { freshDatabase } from '../support/postgres.js';
import { livesAsModelled } from '../support/session-model.js';
import { startMaestro } from '../support/start-maestro.js';
import { tellFigure } from '../support/tell-figure.js';
import { wholeProvider } from '../support/whole-provider.js';

describe('the sessions of a vault', () => {
  it('do in PostgreSQL what a model in memory says, step by step', async () => {
    const keyRing = KeyRing.parse(`k1=${randomBytes(32).toString('base64')}`);
    const database = await freshDatabase();
    const { dataSource } = database;
    const providers = [wholeProvider({ oauth: WholeOAuth })];
    const running = await startMaestro({ persistence: PersistenceModule.forRoot({ dataSource, keyRing }), providers });

    const steps = await livesAsModelled(running.sessions, { runs: 2_000, length: 50 });
    await running.close();

    tellFigure('T32', `2,000 lives, ${String(steps)} steps, no difference`);
    expect(await brokenInvariants({ dataSource, keyRing })).toEqual([]);
    await database.close();
  }, 3_600_000);
});
