import { setTimeout as pause } from 'node:timers/promises';

import { CallerKeys } from '../../src/core/access/caller-keys.js';
import { Callers } from '../../src/core/access/callers.js';
import { AuthorisedClients } from '../../src/core/sessions/authorised-client.js';
import { localCaller } from '../../src/core/access/local-caller.js';
import type { ApiKeyCredentials } from '../../src/contracts/credentials.js';
import type { OutgoingHeaders, ProviderClient } from '../../src/contracts/provider-client.js';
import type { ClientOptions } from '../../src/contracts/provider-client.js';
import { ProviderId } from '../../src/contracts/provider-id.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { PersistenceModule } from '../../src/persistence/persistence.module.js';
import { WholeApiKey } from '../extension/fixtures/whole-behaviours.js';
import { anApiKey } from '../support/a-session.js';
import { adminKey } from '../support/callers.js';
import { codeOf } from '../support/code-of.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import { aKey } from '../support/rotation.js';
import type { RunningMaestro } from '../support/start-maestro.js';
import { startMaestro } from '../support/start-maestro.js';
import { toldOfChanges } from '../support/told-of-changes.js';
import { wholeProvider } from '../support/whole-provider.js';

const whole = ProviderId.parse('whole');
const work = { provider: whole, session: 'work' };

/** Its clients show what they would send. */
class ShowingApiKey extends WholeApiKey {
  override createClient({ apiKey: key }: ApiKeyCredentials, options: ClientOptions): ProviderClient {
    return {
      ...super.createClient(anApiKey(), options),
      authorise: (headers) => {
        headers['authorization'] = key.reveal();
      },
    };
  }
}

let database: TestDatabase;
let here: RunningMaestro;
let there: RunningMaestro;
let statements: number;

beforeAll(async () => {
  database = await freshDatabase();
  const keyRing = KeyRing.parse(`test=${aKey()}`);
  const start = (): Promise<RunningMaestro> =>
    startMaestro({
      persistence: PersistenceModule.forRoot({ keyRing, dataSource: database.dataSource }),
      providers: [wholeProvider({ apiKey: ShowingApiKey })],
    });
  here = await start();
  there = await start();
});
afterAll(async () => {
  await here.close();
  await there.close();
  await database.close();
});
beforeEach(async () => {
  await here.sessions.create({ provider: 'whole', authType: 'api_key', name: 'work', credentials: anApiKey('key-number-one-0001') });
  for (const replica of [here, there]) {
    await opened(replica);
    await toldOfChanges(replica);
    await opened(replica);
  }
  counted();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await database.dataSource.query('truncate saved_authentications cascade');
});

/** The credential that a request on the session would carry now. */
async function opened({ application }: RunningMaestro, session = 'work'): Promise<string> {
  const { client } = await application.get(AuthorisedClients, { strict: false }).open(localCaller, 'chat', { provider: whole, session });
  const headers: OutgoingHeaders = {};
  await client.authorise(headers);
  return String(headers['authorization']);
}

/** Counts what reads the vault from here on. */
function counted(): void {
  statements = 0;
  for (const replica of [here, there]) {
    const store = replica.application.get<{ findByName(...given: readonly unknown[]): unknown }>(Symbol.for('maestro/session-store'), {
      strict: false,
    });
    const asked = store.findByName.bind(store);
    jest.spyOn(store, 'findByName').mockImplementation((...given) => {
      statements += 1;
      return asked(...given);
    });
  }
}

/** How long the other replica went on as before, in milliseconds; a second is what is promised. */
async function untilTold(isTold: () => Promise<boolean>): Promise<number> {
  const begin = performance.now();
  while (!(await isTold())) {
    if (performance.now() - begin > 10_000) throw new Error('it was never told');
    await pause(2);
  }
  return performance.now() - begin;
}

describe('two replicas', () => {
  it('ask the database nothing while nothing changes', async () => {
    for (let request = 0; request < 50; request += 1) await opened(request % 2 === 0 ? here : there);
    expect(statements).toBe(0);
  });

  it.each([
    ['disabled', (): Promise<unknown> => here.sessions.change(work, { disabled: true }), 'session.disabled'],
    ['deleted', (): Promise<unknown> => here.sessions.delete(work), 'session.not-found'],
    ['renamed', (): Promise<unknown> => here.sessions.change(work, { name: 'play' }), 'session.not-found'],
  ] as const)('stop using a session that one of them %s', async (what, change, code) => {
    await change();
    expect(await codeOf(opened(here))).toBe(code);
    const milliseconds = await untilTold(async () => (await codeOf(opened(there).then(() => undefined))) === code);
    console.log(`${what}: the other replica went on for ${milliseconds.toFixed(0)} ms`);
  });

  it('use the new secret of a session whose secret one of them replaced', async () => {
    await here.sessions.replaceCredentials(work, { credentials: anApiKey('key-number-two-0002') });
    expect(await opened(here)).toContain('key-number-two-0002');
    await untilTold(async () => (await opened(there)).includes('key-number-two-0002'));
  });

  it('find a name ambiguous once the other kind of login has it too', async () => {
    const { length } = await here.sessions.listByProvider('whole');
    expect(length).toBe(1);
    await database.dataSource.query(
      `insert into saved_authentications select (json_populate_record(s, '{"id":"00000000-0000-4000-8000-000000000001","auth_type":"oauth"}')).* from saved_authentications s`,
    );
    for (const replica of [here, there])
      await untilTold(async () => (await codeOf(opened(replica).then(() => undefined))) === 'session.ambiguous');
  });

  it('let nobody in whose key one of them revoked, and know at once what was granted', async () => {
    const callers = here.application.get(Callers, { strict: false });
    const { account, key } = await callers.create({ name: 'builds' });
    const who = ({ application }: RunningMaestro) => application.get(CallerKeys, { strict: false }).callerOf(key.reveal(), adminKey);
    expect((await who(here)).grants).toEqual([]);
    expect((await who(there)).grants).toEqual([]);
    await callers.grant(account.id, { provider: 'whole', name: 'work' });
    expect((await who(here)).grants).toHaveLength(1);
    await untilTold(async () => (await who(there)).grants.length === 1);
    await callers.revoke(account.id);
    expect(await codeOf(who(here))).toBe('caller.key-invalid');
    await untilTold(async () => (await codeOf(who(there).then(() => undefined))) === 'caller.key-invalid');
  });

  it('never take one key for another that begins or ends like it', async () => {
    const callers = here.application.get(Callers, { strict: false });
    const { key } = await callers.create({ name: 'twins' });
    const keys = here.application.get(CallerKeys, { strict: false });
    await keys.callerOf(key.reveal(), adminKey);
    const text = key.reveal();
    for (const at of [3, 40, text.length - 8, text.length - 1]) {
      const other = `${text.slice(0, at)}${text[at] === 'a' ? 'b' : 'a'}${text.slice(at + 1)}`;
      expect(await codeOf(keys.callerOf(other, adminKey))).toBe('caller.key-invalid');
    }
  });
});
