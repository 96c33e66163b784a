import { randomBytes } from 'node:crypto';

import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { PersistenceModule } from '../../src/persistence/persistence.module.js';
import { anApiKey } from '../support/a-session.js';
import { brokenInvariants, takeCensus } from '../support/invariants.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import type { RunningMaestro } from '../support/start-maestro.js';
import { startMaestro } from '../support/start-maestro.js';
import { wholeProvider } from '../support/whole-provider.js';

const keyRing = KeyRing.parse(`k1=${randomBytes(32).toString('base64')}`);

/** Each invariant is seen to be broken: a checker that never found anything is none. */
describe('the invariants of a vault', () => {
  let database: TestDatabase;
  let running: RunningMaestro;
  const broken = (more: object = {}): Promise<readonly string[]> => brokenInvariants({ dataSource: database.dataSource, keyRing, ...more });
  const tamper = (text: string): Promise<unknown> => database.dataSource.query(text);

  beforeEach(async () => {
    database = await freshDatabase();
    const persistence = PersistenceModule.forRoot({ dataSource: database.dataSource, keyRing });
    running = await startMaestro({ persistence, providers: [wholeProvider()] });
    const { sessions } = running;
    for (const name of ['one', 'two', 'three']) {
      await sessions.create({ provider: 'whole', authType: 'api_key', name, credentials: anApiKey(`whole-key-${name}-0123456789`) });
    }
    await sessions.deleteByName('whole', 'api_key', 'three');
  });
  afterEach(async () => {
    await running.close();
    await database.close();
  });

  it('hold after ordinary work, and since any moment of it', async () => {
    const since = await takeCensus(database.dataSource);
    await running.sessions.deleteByName('whole', 'api_key', 'two');

    expect(await broken()).toEqual([]);
    expect(await broken({ since })).toEqual([]);
  });

  it.each([
    ['a session vanished', `delete from saved_authentications where name = 'one'`, ['1 sessions vanished without a trace']],
    ['a tombstone vanished', `delete from session_tombstones`, ['1 sessions vanished without a trace']],
    [
      'a lease was left behind',
      `update saved_authentications set lease_until = now() - interval '1 minute' where name = 'one'`,
      [expect.stringContaining('has a lease that ended long ago')],
    ],
    ['the trail was written over', `update audit_head set seq = 3`, ['the audit trail is broken at 3 (cut)']],
    [
      'a secret was moved',
      `update saved_authentications set credentials = (select credentials from saved_authentications where name = 'two') where name = 'one'`,
      [expect.stringContaining('cannot be opened'), expect.stringContaining('opens as that of')],
    ],
    [
      'two sessions got one name',
      `drop index saved_authentications_provider_auth_type_lower_name_index; update saved_authentications set name = 'ONE' where name = 'two'`,
      ['two live sessions are called one'],
    ],
  ])('say that %s', async (_what, text, expected) => {
    await tamper(text);

    expect(await broken()).toEqual(expect.arrayContaining(expected));
  });

  it('say that a session went back in time', async () => {
    await running.sessions.upsert('whole', 'api_key', 'one', anApiKey('whole-key-new-0123456789'));
    const since = await takeCensus(database.dataSource);
    await tamper(`update saved_authentications set generation = 1 where name = 'one'`);

    expect(await broken({ since })).toEqual([expect.stringContaining('went back in time')]);
  });

  it('say which canary came out, in whatever form', async () => {
    const canaries = ['canary "0" €', 'canary-1'];
    const forms = [Buffer.from('canary-1').toString('hex'), JSON.stringify({ key: canaries[0] })];

    expect(await broken({ canaries, outputs: ['nothing'] })).toEqual([]);
    expect(await broken({ canaries, outputs: forms })).toEqual(['canary 0 came out', 'canary 1 came out']);
  });
});
