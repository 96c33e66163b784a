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

    const steps = await livesAsModelled(running.sessions, { runs: 200, length: 8 });
    await running.close();

    tellFigure('T32', `200 lives, ${String(steps)} steps, no difference`);
    expect(await brokenInvariants({ dataSource, keyRing })).toEqual([]);
    await database.close();
  });

  it('do the same in the memory that other tests use', async () => {
    const running = await startMaestro({ providers: [wholeProvider({ oauth: WholeOAuth })] });

    await livesAsModelled(running.sessions, { runs: 200, length: 8 });

    await running.close();
  });

  it('are seen to differ where they do', async () => {
    const running = await startMaestro({ providers: [wholeProvider({ oauth: WholeOAuth })] });
    const { sessions } = running;
    const forgetful = Object.create(sessions) as typeof sessions;
    forgetful.change = (address, { label: _forgotten, ...edit }) => sessions.change(address, edit);

    await expect(livesAsModelled(forgetful, { runs: 200, length: 8, seed: 1 })).rejects.toThrow('Property failed');

    await running.close();
  });
});
