import { aCaller, aSessionRecord } from '../../../test/support/a-session.js';
import { callersOver } from '../../../test/support/callers.js';
import { codeOf } from '../../../test/support/code-of.js';
import { InMemorySecretBox } from '../../../test/support/in-memory-secret-box.js';
import { InMemorySessionStore } from '../../../test/support/in-memory-session-store.js';
import { StillClock } from '../../../test/support/still-clock.js';
import { ProviderId } from '../../contracts/provider-id.js';
import type { SessionRecord } from '../../contracts/session.js';
import { SessionName } from '../../contracts/session-name.js';
import type { Callers } from './callers.js';

const whole = ProviderId.parse('whole');

let clock: StillClock;
let store: InMemorySessionStore;
let callers: Callers;
beforeEach(() => {
  clock = new StillClock();
  store = new InMemorySessionStore(() => clock.now());
  callers = callersOver({ callers: store.callers, sessions: store, box: new InMemorySecretBox(), clock }).callers;
});

function aSession(name: string, special: Partial<SessionRecord> = {}): SessionRecord {
  const record = aSessionRecord({ name: SessionName.parse(name), ...special });
  store.rows.set(record.id, record);
  return record;
}

const soon = (): Date => new Date(clock.now().getTime() + 1_000);

describe('callers', () => {
  it('may chat where nothing else is said, and are granted nothing', async () => {
    const { account } = await callers.create({ name: 'team' });

    expect(account).toEqual({
      ...{ id: account.id, name: 'team', scopes: ['chat'], grants: [], defaults: {}, limits: {} },
      createdAt: clock.now(),
    });
    expect(await callers.get(account.id)).toEqual(account);
    expect(await callers.get('TEAM')).toEqual(account);
  });

  it.each([
    { name: 'ab' },
    { name: 'te am' },
    { name: '11111111-2222-4333-8444-555555555555' },
    { name: 'team', scopes: [] },
    { name: 'team', scopes: ['chat', 'everything'] },
    { name: 'team', expiresAt: new Date('2026-03-01T10:00:00Z') },
    { name: 'team', limits: { streams: 0 } },
    { name: 'team', limits: { requestsPerMinute: 1.5 } },
  ])('are not made of %j', async (input) => {
    expect(await codeOf(callers.create(input))).toBe('request.invalid');
    expect(store.callers.rows.size).toBe(0);
  });

  it('have names of their own, which are free again when they are revoked', async () => {
    await callers.create({ name: 'team' });
    expect(await codeOf(callers.create({ name: 'Team' }))).toBe('caller.name-taken');
    await callers.revoke('team');
    expect(await codeOf(callers.create({ name: 'Team' }))).toBe('nothing was thrown');
  });

  it('are listed page by page, the revoked ones with the others', async () => {
    for (const name of ['one_1', 'two_2', 'three']) await callers.create({ name });
    await callers.revoke('two_2');

    const first = await callers.list({ limit: 2 });
    const second = await callers.list({ limit: 2, ...(first.nextCursor !== undefined && { cursor: first.nextCursor }) });

    expect([...first.data, ...second.data].map(({ name }) => name).sort()).toEqual(['one_1', 'three', 'two_2']);
    expect(second.nextCursor).toBeUndefined();
    expect([...first.data, ...second.data].filter(({ revokedAt }) => revokedAt !== undefined)).toMatchObject([{ name: 'two_2' }]);
    expect(await codeOf(callers.list({ limit: 0 }))).toBe('request.invalid');
    expect(await codeOf(callers.list({ cursor: 'x' }))).toBe('request.invalid');
  });

  it('that are revoked, or were never there, can be given nothing', async () => {
    const { account } = await callers.create({ name: 'gone_1' });
    await callers.revoke('gone_1');
    for (const caller of [account.id, 'gone_1', 'never', 'no name\u0000', '11111111-2222-4333-8444-555555555555']) {
      expect(await codeOf(callers.revoke(caller))).toBe('caller.not-found');
      expect(await codeOf(callers.grant(caller, { provider: '*', name: '*' }))).toBe('caller.not-found');
      expect(await codeOf(callers.revokeGrant(caller, account.id))).toBe('caller.not-found');
      expect(await codeOf(callers.setDefault(caller, 'whole', undefined))).toBe('caller.not-found');
    }
  });

  it('are an admin’s affair', async () => {
    await callers.create({ name: 'team' });
    const acting = callers.for(aCaller(['chat', 'sessions:read', 'sessions:write', 'usage:read'], '*'));
    const session = { provider: whole, session: 'work_1' };
    const tried = [
      ...[acting.create({ name: 'mine' }), acting.get('team'), acting.list(), acting.revoke('team'), acting.why('team', session)],
      ...[acting.grant('team', { provider: '*', name: '*' }), acting.revokeGrant('team', 'x'), acting.setDefault('team', 'whole', 'x')],
    ];

    expect(await Promise.all(tried.map(codeOf))).toEqual(tried.map(() => 'caller.scope-missing'));
    expect(store.audit.events.map(({ action }) => action)).toEqual(['caller.create']);
  });

  it('leave a trail of who did what to whom, without names', async () => {
    const { id } = aSession('work_1');
    const admin = callers.for({ ...aCaller(['admin'], '*'), id: 'boss' });
    const { account } = await admin.create({ name: 'team' });
    const grant = await admin.grant('team', { provider: 'whole', name: 'work_*' });
    await admin.setDefault('team', 'whole', id);
    await admin.revokeGrant('team', grant.id);
    await admin.revoke('team');

    expect(store.audit.events.map(({ actor, action, target }) => [actor, action, target])).toEqual(
      ['caller.create', 'caller.grant', 'caller.set-default', 'caller.revoke-grant', 'caller.revoke'].map((action) => [
        'boss',
        action,
        account.id,
      ]),
    );
  });
});

describe('grants', () => {
  it.each([
    { provider: '', name: '*' },
    { provider: 'wh*le', name: '*' },
    { provider: 'Whole', name: '*' },
    { provider: 'whole', name: '' },
    { provider: 'whole', name: 'ab' },
    { provider: 'whole', name: '*ab' },
    { provider: 'whole', name: 'a*b' },
    { provider: 'whole', name: 'work%' },
    { provider: 'whole', name: 'a'.repeat(51) },
  ])('are not made of %j', async (grant) => {
    await callers.create({ name: 'team' });
    expect(await codeOf(callers.grant('team', grant))).toBe('request.invalid');
  });

  it('take both auth types, one, or none that there is', async () => {
    await callers.create({ name: 'team' });
    expect(await callers.grant('team', { provider: '*', authType: '*', name: 'work_*' })).not.toHaveProperty('authType');
    expect(await callers.grant('team', { provider: 'whole', authType: 'oauth', name: '*' })).toMatchObject({ authType: 'oauth' });
    expect(await codeOf(callers.grant('team', { provider: 'whole', authType: 'magic', name: '*' }))).toBe('auth-type.unknown');
  });

  it('that are there already stay one', async () => {
    await callers.create({ name: 'team' });
    const grant = { provider: 'whole', name: 'work_1' };
    expect(await callers.grant('team', grant)).toEqual(await callers.grant('team', grant));
    expect((await callers.get('team')).grants).toHaveLength(1);
  });

  it('that are not there cannot be taken back', async () => {
    await callers.create({ name: 'team' });
    expect(await codeOf(callers.revokeGrant('team', '11111111-2222-4333-8444-555555555555'))).toBe('caller.grant-not-found');
    expect(await codeOf(callers.revokeGrant('team', "' or 1=1"))).toBe('caller.grant-not-found');
  });
});

describe('a default', () => {
  it('is kept by id, for sessions that the caller is granted', async () => {
    const { id } = aSession('work_1');
    aSession('secret_1');
    await callers.create({ name: 'team', scopes: ['sessions:read'] });
    await callers.grant('team', { provider: 'whole', name: 'work_*' });

    expect((await callers.setDefault('team', 'whole', 'work_1')).defaults).toEqual({ whole: id });
    expect(await codeOf(callers.setDefault('team', 'whole', 'secret_1'))).toBe('session.not-found');
    expect(await codeOf(callers.setDefault('team', 'whole', 'nowhere'))).toBe('session.not-found');
    expect(await codeOf(callers.setDefault('team', 'WHOLE', 'work_1'))).toBe('provider.id-invalid');
    expect((await callers.setDefault('team', 'whole', undefined)).defaults).toEqual({});
  });

  it('is not kept for a caller who goes away meanwhile, nor is a grant', async () => {
    aSession('work_1');
    await callers.create({ name: 'team' });
    await callers.grant('team', { provider: 'whole', name: '*' });
    Object.assign(store.callers, { grant: async () => undefined, setDefault: async () => false, revoke: async () => false });

    expect(await codeOf(callers.setDefault('team', 'whole', 'work_1'))).toBe('caller.not-found');
    expect(await codeOf(callers.grant('team', { provider: 'whole', name: 'work_1' }))).toBe('caller.not-found');
    expect(await codeOf(callers.revoke('team'))).toBe('caller.not-found');
  });
});

describe('the reason of a decision', () => {
  it('names the grant, or what is in the way', async () => {
    const { id } = aSession('work_1');
    const work = { provider: whole, session: 'work_1' };
    await callers.create({ name: 'team', expiresAt: soon() });
    expect(await callers.why('team', work)).toMatchObject({ sessionId: id, scope: 'chat', isAllowed: false, reason: 'not-granted' });
    const grant = await callers.grant('team', { provider: 'whole', name: 'work_*' });
    expect(await callers.why('team', work)).toMatchObject({ isAllowed: true, reason: 'granted', grant });
    expect(await callers.why('team', { id }, 'sessions:write')).toMatchObject({ isAllowed: false, reason: 'scope-missing' });
    clock.advance(1_000);
    expect(await callers.why('team', work)).toMatchObject({ isAllowed: false, reason: 'expired' });
    const { id: callerId } = await callers.get('team');
    await callers.revoke('team');
    expect(await callers.why(callerId, work)).toMatchObject({ isAllowed: false, reason: 'revoked' });
  });

  it('is not there for a session that is not there', async () => {
    await callers.create({ name: 'team' });
    expect(await codeOf(callers.why('team', { provider: whole, session: 'nowhere' }))).toBe('session.not-found');
  });
});
