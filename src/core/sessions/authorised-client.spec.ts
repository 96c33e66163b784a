import { WholeApiKey, WholeOAuth } from '../../../test/extension/fixtures/whole-behaviours.js';
import { aCaller, anApiKey, tokens } from '../../../test/support/a-session.js';
import { InMemoryPersistenceModule } from '../../../test/support/in-memory-persistence.module.js';
import { InMemorySessionStore } from '../../../test/support/in-memory-session-store.js';
import type { RunningMaestro } from '../../../test/support/start-maestro.js';
import { startMaestro } from '../../../test/support/start-maestro.js';
import { StillClock } from '../../../test/support/still-clock.js';
import { wholeProvider } from '../../../test/support/whole-provider.js';
import type { OutgoingHeaders } from '../../contracts/provider-client.js';
import { ProviderId } from '../../contracts/provider-id.js';
import type { SessionRecord } from '../../contracts/session.js';
import { localCaller } from '../access/local-caller.js';
import type { CoreOptions } from '../core-options.js';
import { coreOptions } from '../core-options.js';
import { AuthorisedClients } from './authorised-client.js';
import { LastUsed } from './last-used.js';

const work = { provider: ProviderId.parse('whole'), session: 'work' };
const create = { provider: 'whole', authType: 'oauth', name: 'work', credentials: tokens() };

describe('an authorised client', () => {
  const clock = new StillClock();
  let store: InMemorySessionStore;
  let running: RunningMaestro;
  let clients: AuthorisedClients;

  beforeEach(async () => {
    store = new InMemorySessionStore(() => clock.now());
    running = await startMaestro({
      clock,
      persistence: InMemoryPersistenceModule.of(store),
      providers: [wholeProvider({ apiKey: WholeApiKey, oauth: WholeOAuth })],
    });
    clients = running.application.get(AuthorisedClients, { strict: false });
  });

  afterEach(() => running.close());

  async function stored(special: Partial<SessionRecord>): Promise<void> {
    const { id } = await running.sessions.create(create);
    const row = await store.findById(id);
    if (row !== undefined) store.put({ ...row, ...special });
  }

  it('authorises with the credential that was stored', async () => {
    await running.sessions.create(create);
    const { client, session } = await clients.open(localCaller, 'chat', work);
    const headers: OutgoingHeaders = {};
    await client.authorise(headers);

    expect(headers).toEqual({ authorization: 'Bearer access-0123456789abcdef' });
    expect(session).toMatchObject({ name: 'work', authType: 'oauth', status: 'active' });
  });

  it('goes to the provider’s address, and by the guarded way to an address of its own', async () => {
    const guarded = running.application.get<CoreOptions>(coreOptions, { strict: false }).ownAddressHttp;
    await running.sessions.create(create);
    await running.sessions.create({ ...create, name: 'elsewhere', baseUrl: 'https://gateway.example.com' });
    await running.sessions.create({
      ...create,
      name: 'keyed',
      authType: 'api_key',
      credentials: anApiKey(),
      baseUrl: 'https://k.example.com',
    });

    const plain = await clients.open(localCaller, 'chat', work);
    const own = await clients.open(localCaller, 'chat', { ...work, session: 'elsewhere' });
    const keyed = await clients.open(localCaller, 'chat', { ...work, session: 'keyed' });

    expect(plain.client.baseUrl).toBe('https://whole.example');
    expect(plain.client.http).not.toBe(guarded);
    expect([own.client.baseUrl, keyed.client.baseUrl]).toEqual(['https://gateway.example.com', 'https://k.example.com']);
    expect(own.client.http).toBe(guarded);
  });

  it.each<[string, Partial<SessionRecord>, object]>([
    ['disabled', { status: 'disabled' }, { code: 'session.disabled' }],
    [
      'expired',
      { expiresAt: new Date('2026-03-01T10:00:00Z') },
      { code: 'session.expired', parameters: { provider: 'whole', name: 'work', expiredAt: '2026-03-01T10:00:00.000Z' } },
    ],
    [
      'to log in again',
      { status: 'reauth_required', statusReason: 'gone' },
      { code: 'session.reauth-required', parameters: { reason: 'gone' } },
    ],
    ['exhausted', { status: 'exhausted' }, { code: 'session.reauth-required', parameters: { reason: 'exhausted' } }],
    ['sealed with another key', { secret: { bytes: Buffer.from(''), keyId: 'k9' } }, { code: 'session.unreadable' }],
  ])('is refused for a session that is %s', async (_what, special, refusal) => {
    await stored(special);

    await expect(clients.open(localCaller, 'chat', work)).rejects.toMatchObject(refusal);
  });

  it('is given for a session that needs attention: the provider has the last word', async () => {
    await stored({ status: 'needs_attention' });

    await expect(clients.open(localCaller, 'chat', work)).resolves.toMatchObject({ session: { status: 'needs_attention' } });
  });

  it('is refused before the secret is opened where the caller may not use the session', async () => {
    await stored({ secret: { bytes: Buffer.from(''), keyId: 'k9' } });

    await expect(clients.open(aCaller(['chat'], 'other'), 'chat', work)).rejects.toMatchObject({ code: 'session.not-found' });
    await expect(clients.open(aCaller(['sessions:read'], '*'), 'chat', work)).rejects.toMatchObject({ code: 'caller.scope-missing' });
  });

  it('notes that the session was used, and not where it was refused', async () => {
    await running.sessions.create({ ...create, name: 'idle' });
    const { id } = await running.sessions.create(create);
    await running.sessions.change({ ...work, session: 'idle' }, { disabled: true });

    await clients.open(localCaller, 'chat', work);
    await expect(clients.open(localCaller, 'chat', { ...work, session: 'idle' })).rejects.toThrow();
    await running.application.get(LastUsed, { strict: false }).flush();

    expect(store.touched).toEqual([{ ids: [id], at: clock.now() }]);
  });
});
