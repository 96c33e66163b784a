import { WholeApiKey, WholeOAuth } from '../../../test/extension/fixtures/whole-behaviours.js';
import { aCaller, anApiKey, tokens } from '../../../test/support/a-session.js';
import { InMemoryPersistenceModule } from '../../../test/support/in-memory-persistence.module.js';
import { InMemorySessionStore } from '../../../test/support/in-memory-session-store.js';
import type { RunningMaestro } from '../../../test/support/start-maestro.js';
import { startMaestro } from '../../../test/support/start-maestro.js';
import { StillClock } from '../../../test/support/still-clock.js';
import { wholeProvider } from '../../../test/support/whole-provider.js';
import type { KeyVerdict } from '../../contracts/behaviours/api-key.behaviour.js';
import type { Caller } from '../../contracts/caller.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { ProviderId } from '../../contracts/provider-id.js';
import type { Secret } from '../../contracts/secret.js';
import type { SessionReference } from '../../contracts/session.js';

const whole = ProviderId.parse('whole');
const work = { provider: whole, session: 'work_key' };
const newSession = { provider: 'whole', authType: 'api_key', name: 'work_key', credentials: anApiKey() };
const hidden = { code: 'session.not-found' };

class ChoosyApiKey extends WholeApiKey {
  override validateApiKey(apiKey: Secret): KeyVerdict {
    if (apiKey.length < 4) throw new MaestroError('session.key-invalid', { provider: 'whole', problem: 'it is too short' });
    return apiKey.length < 8 ? { warning: 'it is short' } : {};
  }
}

describe('named sessions', () => {
  const clock = new StillClock();
  let store: InMemorySessionStore;
  let running: RunningMaestro;
  let sessions: RunningMaestro['sessions'];

  beforeEach(async () => {
    store = new InMemorySessionStore(() => clock.now());
    running = await startMaestro({
      clock,
      persistence: InMemoryPersistenceModule.of(store),
      providers: [wholeProvider({ apiKey: ChoosyApiKey, oauth: WholeOAuth }), wholeProvider({ id: 'second' })],
    });
    sessions = running.sessions;
  });

  afterEach(() => running.close());

  function acting(caller: Caller): RunningMaestro['sessions'] {
    return sessions.for(caller);
  }

  describe('when one is created', () => {
    it('shows it without its secret', async () => {
      const session = await sessions.create({ ...newSession, label: 'Team' });

      expect(session).toEqual({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        provider: 'whole',
        authType: 'api_key',
        name: 'work_key',
        label: 'Team',
        status: 'active',
        secretHint: 'abcd',
        createdAt: clock.now(),
        updatedAt: clock.now(),
      });
      expect(JSON.stringify(session)).not.toContain('whole-key');
    });

    it('keeps the expiry of tokens, and gives no hint of them', async () => {
      const expiresAt = new Date('2026-03-01T11:00:00Z');
      const session = await sessions.create({ ...newSession, authType: 'oauth', credentials: tokens({ expiresAt }) });

      expect(session).toMatchObject({ authType: 'oauth', expiresAt });
      expect(session).not.toHaveProperty('secretHint');
    });

    it.each<[string, Partial<typeof newSession> & { baseUrl?: string }, string]>([
      ['an unknown provider', { provider: 'nobody' }, 'provider.unknown'],
      ['a provider that is no id', { provider: 'No Body' }, 'provider.id-invalid'],
      ['an auth type that the provider has not', { provider: 'second', authType: 'oauth' }, 'operation.unsupported'],
      ['an unknown auth type', { authType: 'password' }, 'auth-type.unknown'],
      ['a bad name', { name: 'ab' }, 'session.name-invalid'],
      ['credentials of another kind', { authType: 'oauth' }, 'session.credentials-invalid'],
      ['a key that cannot be right', { credentials: anApiKey('abc') }, 'session.key-invalid'],
      ['an address in the own network', { baseUrl: 'https://10.0.0.1' }, 'session.base-url-refused'],
    ])('refuses %s and stores nothing', async (_what, special, code) => {
      await expect(sessions.create({ ...newSession, ...special })).rejects.toMatchObject({ code });
      expect(store.rows.size).toBe(0);
    });

    it('refuses a name that is taken but for case, and takes it for the other auth type', async () => {
      await sessions.create(newSession);

      await expect(sessions.create({ ...newSession, name: 'WORK_key' })).rejects.toMatchObject({ code: 'session.name-taken' });
      await expect(sessions.create({ ...newSession, authType: 'oauth', credentials: tokens() })).resolves.toMatchObject({
        status: 'active',
      });
    });

    it('warns in the log of a key that looks unusual, without the key', async () => {
      await sessions.create({ ...newSession, credentials: anApiKey('abcdef') });

      expect(running.log.from('Sessions')).toEqual(['warn Sessions: a key for whole looks unusual: it is short']);
    });

    it('takes an own address from an admin only', async () => {
      const withAddress = { ...newSession, baseUrl: 'https://gateway.example.com/v1/' };

      await expect(acting(aCaller(['sessions:write'])).create(withAddress)).rejects.toMatchObject({ code: 'caller.scope-missing' });
      await expect(sessions.create(withAddress)).resolves.toMatchObject({ baseUrl: 'https://gateway.example.com/v1' });
    });

    it('asks the provider first where it is told to', async () => {
      await expect(sessions.create({ ...newSession, verify: true })).resolves.toMatchObject({ status: 'active' });
    });
  });

  describe('when one is looked for', () => {
    it('finds it by name, by id, and by id within its provider', async () => {
      const { id } = await sessions.create(newSession);

      for (const address of [work, { id }, { provider: whole, session: id }, { ...work, authType: 'api_key' } as const]) {
        await expect(sessions.get(address)).resolves.toMatchObject({ id });
      }
    });

    it.each<[string, SessionReference]>([
      ['another name', { provider: whole, session: 'other_key' }],
      ['a name in other case', { provider: whole, session: 'Work_Key' }],
      ['another auth type', { ...work, authType: 'oauth' }],
      ['another provider', { provider: ProviderId.parse('second'), session: 'work_key' }],
    ])('does not find it by %s', async (_what, address) => {
      await sessions.create(newSession);

      await expect(sessions.get(address)).rejects.toMatchObject(hidden);
    });

    it('does not find by id what belongs to another provider or auth type', async () => {
      const { id } = await sessions.create(newSession);

      await expect(sessions.get({ provider: ProviderId.parse('second'), session: id })).rejects.toMatchObject(hidden);
      await expect(sessions.get({ provider: whole, session: id, authType: 'oauth' })).rejects.toMatchObject(hidden);
    });

    it('says that a name fits two, until the auth type is given', async () => {
      await sessions.create(newSession);
      await sessions.create({ ...newSession, authType: 'oauth', credentials: tokens() });

      await expect(sessions.get(work)).rejects.toMatchObject({ code: 'session.ambiguous' });
      await expect(sessions.get({ ...work, authType: 'oauth' })).resolves.toMatchObject({ authType: 'oauth' });
    });

    it('is not ambiguous for a caller who may use one of the two', async () => {
      await sessions.create(newSession);
      await sessions.create({ ...newSession, authType: 'oauth', credentials: tokens() });
      const caller: Caller = { ...aCaller(['sessions:read']), grants: [{ provider: 'whole', authType: 'oauth', name: '*' }] };

      await expect(acting(caller).get(work)).resolves.toMatchObject({ authType: 'oauth' });
    });

    it('says why a name can be none', async () => {
      await expect(sessions.get({ provider: whole, session: ' work_key' })).rejects.toMatchObject({ code: 'session.name-invalid' });
    });

    it('answers for what is not granted exactly as for what is not there', async () => {
      await sessions.create(newSession);
      const stranger = acting(aCaller(['sessions:read', 'sessions:write'], 'other_*'));
      const failure = async (session: string): Promise<unknown> =>
        stranger.get({ provider: whole, session }).catch((error: unknown) => (error as MaestroError).message.replace(session, 'NAME'));

      expect(await failure('work_key')).toEqual(await failure('not_there'));
      await expect(stranger.change(work, { label: 'x' })).rejects.toMatchObject(hidden);
      await expect(stranger.delete(work)).rejects.toMatchObject(hidden);
      await expect(stranger.test(work)).rejects.toMatchObject(hidden);
      await expect(stranger.replaceCredentials(work, { credentials: anApiKey() })).rejects.toMatchObject(hidden);
    });

    it('wants the scope before anything else', async () => {
      const nobody = acting(aCaller([], '*'));
      const missing = { code: 'caller.scope-missing' };

      await expect(nobody.get(work)).rejects.toMatchObject(missing);
      await expect(nobody.list()).rejects.toMatchObject(missing);
      await expect(nobody.create(newSession)).rejects.toMatchObject(missing);
      await expect(nobody.delete(work)).rejects.toMatchObject(missing);
    });
  });

  describe('when they are listed', () => {
    beforeEach(async () => {
      for (const name of ['team_a', 'team_b', 'private_c', 'team_d', 'private_e']) await sessions.create({ ...newSession, name });
      await sessions.create({ ...newSession, name: 'team_old', authType: 'oauth', credentials: tokens({ expiresAt: new Date(0) }) });
      await sessions.create({ ...newSession, provider: 'second', name: 'team_z' });
    });

    it('gives full pages of what the caller may see, each session once', async () => {
      const team = acting(aCaller(['sessions:read'], 'team_*'));
      const names: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await team.list({ limit: 2, ...(cursor !== undefined && { cursor }) });
        names.push(...page.data.map(({ name }) => name));
        cursor = page.nextCursor;
        expect(page.data.length === 2 || cursor === undefined).toBe(true);
      } while (cursor !== undefined);

      expect(names.sort()).toEqual(['team_a', 'team_b', 'team_d', 'team_old', 'team_z']);
    });

    it('filters by provider, auth type and status', async () => {
      await expect(sessions.list({ provider: 'second' })).resolves.toMatchObject({ data: [{ name: 'team_z' }] });
      await expect(sessions.list({ authType: 'oauth', status: 'expired' })).resolves.toMatchObject({ data: [{ status: 'expired' }] });
      await expect(sessions.list({ status: 'disabled' })).resolves.toEqual({ data: [] });
    });

    it('names everything that is wrong with a query', async () => {
      await expect(sessions.list({ status: 'fine', limit: 0, cursor: 'x' })).rejects.toMatchObject({
        code: 'request.invalid',
        parameters: { problems: [expect.stringContaining('status'), expect.stringContaining('limit'), expect.stringContaining('cursor')] },
      });
      await expect(sessions.list({ limit: 201 })).rejects.toMatchObject({ code: 'request.invalid' });
      await expect(sessions.list({ limit: 1.5 })).rejects.toMatchObject({ code: 'request.invalid' });
    });

    it('gives all of a provider, over as many pages as it takes', async () => {
      for (let count = 0; count < 205; count += 1)
        await sessions.create({ ...newSession, provider: 'second', name: `more_${String(count)}` });

      await expect(sessions.listProviderSessions('second')).resolves.toHaveLength(206);
    });
  });

  describe('when one is changed', () => {
    it('renames, labels and takes the label away', async () => {
      const { id } = await sessions.create({ ...newSession, label: 'Team' });

      await expect(sessions.change(work, { name: 'new_name' })).resolves.toMatchObject({ id, name: 'new_name', label: 'Team' });
      await expect(sessions.change({ id }, { label: null })).resolves.not.toHaveProperty('label');
      await expect(sessions.test({ id })).resolves.toMatchObject({ keyAccepted: true });
    });

    it('refuses a name that is taken or cannot be one', async () => {
      await sessions.create(newSession);
      await sessions.create({ ...newSession, name: 'other' });

      await expect(sessions.change(work, { name: 'Other' })).rejects.toMatchObject({ code: 'session.name-taken' });
      await expect(sessions.change(work, { name: 'a b' })).rejects.toMatchObject({ code: 'session.name-invalid' });
    });

    it('disables and enables', async () => {
      await sessions.create(newSession);

      await expect(sessions.change(work, { disabled: true })).resolves.toMatchObject({ status: 'disabled' });
      await expect(sessions.test(work)).rejects.toMatchObject({ code: 'session.disabled' });
      await expect(sessions.change(work, { disabled: false })).resolves.toMatchObject({ status: 'active' });
      await expect(sessions.test(work)).resolves.toMatchObject({ keyAccepted: true });
    });

    it('does not write over what somebody else changed meanwhile', async () => {
      await sessions.create(newSession);
      const find = store.findByName.bind(store);
      store.findByName = async (...query) => {
        const rows = await find(...query);
        rows.forEach((row) => store.put(row));
        return rows;
      };

      await expect(sessions.change(work, { label: 'x' })).rejects.toMatchObject({ code: 'session.changed', isRetryable: true });
      await expect(sessions.replaceCredentials(work, { credentials: anApiKey() })).rejects.toMatchObject({ code: 'session.changed' });
    });
  });

  describe('when one is cloned', () => {
    it('keeps the same credentials under another name, sealed for itself', async () => {
      const { id } = await sessions.create({ ...newSession, label: 'Team', baseUrl: 'https://gateway.example.com' });

      const clone = await sessions.clone(work, { name: 'copy' });

      expect(clone).toMatchObject({ name: 'copy', label: 'Team', baseUrl: 'https://gateway.example.com', secretHint: 'abcd' });
      expect(clone).toMatchObject({ status: 'active', duplicates: [id] });
      expect(clone.id).not.toBe(id);
      await expect(sessions.test({ id: clone.id })).resolves.toMatchObject({ keyAccepted: true });
      await sessions.delete({ id });
      await expect(sessions.test({ id: clone.id })).resolves.toMatchObject({ keyAccepted: true });
    });

    it('is in the state of the other one, with a label of its own or none', async () => {
      await sessions.create({ ...newSession, label: 'Team' });
      for (const row of store.rows.values()) store.put({ ...row, status: 'reauth_required', statusReason: 'invalid_grant' });

      await expect(sessions.clone(work, { name: 'copy', label: 'Mine' })).resolves.toMatchObject({
        label: 'Mine',
        status: 'reauth_required',
        statusReason: 'invalid_grant',
      });
      await expect(sessions.clone(work, { name: 'bare', label: null })).resolves.not.toHaveProperty('label');
    });

    it('refuses a bad name, a taken one, and a session that cannot be opened or is not granted', async () => {
      await sessions.create(newSession);
      const stranger = acting(aCaller(['sessions:write'], 'other_*'));

      await expect(sessions.clone(work, { name: 'a' })).rejects.toMatchObject({ code: 'session.name-invalid' });
      await expect(sessions.clone(work, { name: 'WORK_KEY' })).rejects.toMatchObject({ code: 'session.name-taken' });
      await expect(stranger.clone(work, { name: 'copy' })).rejects.toMatchObject(hidden);
      for (const row of store.rows.values()) store.put({ ...row, secret: { ...row.secret, keyId: 'gone' } });
      await expect(sessions.clone(work, { name: 'copy' })).rejects.toMatchObject({ code: 'session.unreadable' });
    });
  });

  describe('when two hold the same secret', () => {
    it('says so to who may see both, when one is made and when one gets a new secret', async () => {
      const { id } = await sessions.create(newSession);
      const writer = acting({ ...aCaller(['sessions:write', 'sessions:read'], 'mine_*') });

      await expect(sessions.create({ ...newSession, name: 'mine_too' })).resolves.toMatchObject({ duplicates: [id] });
      await expect(writer.create({ ...newSession, name: 'mine_three' })).resolves.toMatchObject({
        duplicates: [expect.not.stringMatching(id)],
      });
      await expect(
        sessions.create({ ...newSession, name: 'other', credentials: anApiKey('whole-key-other-4321') }),
      ).resolves.not.toHaveProperty('duplicates');
      const other = { provider: whole, session: 'other' };
      const replaced = await sessions.replaceCredentials(other, { credentials: anApiKey() });
      expect(replaced.duplicates).toHaveLength(3);
      await expect(sessions.get(other)).resolves.not.toHaveProperty('duplicates');
    });
  });

  describe('when the key of one is not at hand', () => {
    beforeEach(async () => {
      await sessions.create(newSession);
      for (const row of store.rows.values()) store.put({ ...row, status: 'needs_attention', secret: { ...row.secret, keyId: 'gone' } });
      await sessions.create({ ...newSession, name: 'fine' });
    });

    it('shows it as unreadable among the others, and finds it by that', async () => {
      const { data } = await sessions.list();

      expect(data.map(({ name, status }) => [name, status]).sort()).toEqual([
        ['fine', 'active'],
        ['work_key', 'unreadable'],
      ]);
      await expect(sessions.list({ status: 'unreadable' })).resolves.toMatchObject({ data: [{ name: 'work_key' }] });
      await expect(sessions.list({ status: 'needs_attention' })).resolves.toEqual({ data: [] });
      await expect(sessions.get(work)).resolves.toMatchObject({ status: 'unreadable' });
    });

    it('refuses to use it, and takes a new secret or its end', async () => {
      await expect(sessions.test(work)).rejects.toMatchObject({ code: 'session.unreadable' });
      await expect(sessions.replaceCredentials(work, { credentials: anApiKey() })).resolves.toMatchObject({ status: 'active' });
      await sessions.delete(work);
    });
  });

  describe('when something is changed', () => {
    it('writes down who did it, to what and in which way, and no name and no secret', async () => {
      const editor = acting({ ...aCaller(['sessions:write', 'sessions:read'], '*'), id: 'c7' });
      const { id } = await editor.create({ ...newSession, label: 'Team' });
      await editor.change(work, { name: 'new_name', label: null, disabled: true });
      await editor.change({ id }, {});
      await editor.replaceCredentials({ id }, { credentials: anApiKey() });
      const copy = await editor.clone({ id }, { name: 'copy' });
      await editor.delete({ id });
      await editor.test({ id: copy.id }).catch(() => undefined);
      await editor.delete({ id }).catch(() => undefined);

      expect(store.audit.events.map(({ seq: _seq, at: _at, hash: _hash, ...event }) => event)).toEqual([
        { actor: 'c7', action: 'session.create', target: id, outcome: 'done' },
        { actor: 'c7', action: 'session.change', target: id, outcome: 'done', detail: 'name label status:disabled' },
        { actor: 'c7', action: 'session.change', target: id, outcome: 'done' },
        { actor: 'c7', action: 'session.replace-secret', target: id, outcome: 'done' },
        { actor: 'c7', action: 'session.clone', target: copy.id, related: id, outcome: 'done' },
        { actor: 'c7', action: 'session.delete', target: id, outcome: 'done' },
      ]);
      expect(JSON.stringify(store.audit.events)).not.toMatch(/whole-key|new_name|Team/);
    });
  });

  describe('when credentials are replaced', () => {
    it('seals the new ones as another version, and heals the session', async () => {
      const { id } = await sessions.create(newSession);
      for (const row of store.rows.values()) store.put({ ...row, status: 'reauth_required', statusReason: 'invalid_grant' });
      await expect(sessions.test(work)).rejects.toMatchObject({ code: 'session.reauth-required', parameters: { reason: 'invalid_grant' } });

      const session = await sessions.replaceCredentials(work, { credentials: anApiKey('whole-key-another-9876') });

      expect(session).toMatchObject({ id, status: 'active', secretHint: '9876' });
      expect(session).not.toHaveProperty('statusReason');
      expect((await store.findById(id))?.secretVersion).toBe(2);
      await expect(sessions.test(work)).resolves.toMatchObject({ keyAccepted: true });
    });

    it('refuses what a new session would be refused for', async () => {
      await sessions.create(newSession);

      await expect(sessions.replaceCredentials(work, { credentials: tokens() })).rejects.toMatchObject({
        code: 'session.credentials-invalid',
      });
      await expect(sessions.replaceCredentials(work, { credentials: anApiKey('abc') })).rejects.toMatchObject({
        code: 'session.key-invalid',
      });
    });

    it('keeps the own address, changes it or takes it away, and lets only an admin do that', async () => {
      const address = 'https://gateway.example.com';
      await sessions.create({ ...newSession, baseUrl: address });
      const writer = acting(aCaller(['sessions:write'], '*'));
      const credentials = anApiKey();
      const missing = { code: 'caller.scope-missing' };

      await expect(writer.replaceCredentials(work, { credentials })).resolves.toMatchObject({ baseUrl: address });
      await expect(writer.replaceCredentials(work, { credentials, baseUrl: address })).resolves.toMatchObject({ baseUrl: address });
      await expect(writer.replaceCredentials(work, { credentials, baseUrl: 'https://evil.example.com' })).rejects.toMatchObject(missing);
      await expect(writer.replaceCredentials(work, { credentials, baseUrl: null })).rejects.toMatchObject(missing);
      await expect(sessions.replaceCredentials(work, { credentials, baseUrl: null })).resolves.not.toHaveProperty('baseUrl');
    });
  });

  it('deletes a session and frees its name', async () => {
    await sessions.create(newSession);
    await sessions.delete(work);

    await expect(sessions.get(work)).rejects.toMatchObject(hidden);
    await expect(sessions.delete(work)).rejects.toMatchObject(hidden);
    await expect(sessions.create(newSession)).resolves.toMatchObject({ name: 'work_key' });
  });

  it('says not found to the second of two who delete at once', async () => {
    await sessions.create(newSession);
    store.delete = async () => false;

    await expect(sessions.delete(work)).rejects.toMatchObject(hidden);
  });

  it('answers to the names of the story', async () => {
    const { id } = await sessions.createNamedSession('whole', 'api_key', 'work_key', anApiKey());

    await expect(sessions.getNamedSession('whole', 'api_key', 'work_key')).resolves.toMatchObject({ id });
    await expect(sessions.getByProviderAndName('whole', 'oauth', 'work_key')).resolves.toBeUndefined();
    await expect(sessions.getNamedSession('whole', 'api_key', 'ab')).rejects.toMatchObject({ code: 'session.name-invalid' });
    await expect(sessions.listByProvider('whole')).resolves.toMatchObject([{ id }]);
    await sessions.deleteNamedSession('whole', 'api_key', 'work_key');
    await expect(sessions.deleteByName('whole', 'api_key', 'work_key')).rejects.toMatchObject(hidden);
  });

  it('upserts: makes the session first, then gives it new credentials', async () => {
    const made = await sessions.upsert('whole', 'api_key', 'work_key', anApiKey());
    const replaced = await sessions.upsert('whole', 'api_key', 'work_key', anApiKey('whole-key-another-9876'));

    expect(replaced).toMatchObject({ id: made.id, secretHint: '9876' });
    expect(store.rows.size).toBe(1);
    await expect(sessions.upsert('whole', 'api_key', 'work_key', anApiKey('abc'))).rejects.toMatchObject({ code: 'session.key-invalid' });
  });
});
