import { Logger } from '@nestjs/common';

import { adminKey, callersOver, operatorsKey } from '../../../test/support/callers.js';
import { codeOf } from '../../../test/support/code-of.js';
import { InMemorySecretBox } from '../../../test/support/in-memory-secret-box.js';
import { InMemorySessionStore } from '../../../test/support/in-memory-session-store.js';
import { StillClock } from '../../../test/support/still-clock.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { Secret } from '../../contracts/secret.js';
import { adminCaller } from './admin-key.js';
import { callerKeyFromText, textFromCallerKey } from './caller-key.js';

let clock: StillClock;
let sessions: InMemorySessionStore;
let box: InMemorySecretBox;
let found: string[];
let core: ReturnType<typeof callersOver>;
beforeEach(() => {
  clock = new StillClock();
  sessions = new InMemorySessionStore(() => clock.now());
  box = new InMemorySecretBox();
  found = [];
  const find = sessions.callers.find.bind(sessions.callers);
  sessions.callers.find = async (id) => {
    found.push(id);
    return find(id);
  };
  core = callersOver({ callers: sessions.callers, sessions, box, clock });
});

async function aKey(name = 'team', special: { readonly expiresAt?: Date } = {}): Promise<string> {
  return (await core.callers.create({ name, ...special })).key.reveal();
}

const opened = (key: string): Promise<string> => codeOf(core.keys.callerOf(key, adminKey));

describe('a caller’s key', () => {
  it('is told once, and says who holds it', async () => {
    const { account, key } = await core.callers.create({ name: 'team', scopes: ['chat', 'sessions:read'], limits: { streams: 2 } });

    expect(key.reveal()).toMatch(/^mk_[0-9a-f]{32}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/);
    expect(await core.keys.callerOf(key.reveal(), adminKey)).toEqual({
      ...{ id: account.id, name: 'team', scopes: ['chat', 'sessions:read'] },
      ...{ grants: [], defaults: {}, limits: { streams: 2 } },
    });
    expect(JSON.stringify(account)).not.toContain(key.reveal().slice(36, 79));
  });

  it('is never kept: what rests is a hash that only the sealed pepper makes', async () => {
    const key = await aKey();
    const row = [...sessions.callers.rows.values()][0];
    const secret = callerKeyFromText(key)?.secret.reveal() ?? '';

    expect(Buffer.from(row?.keyHash ?? []).length).toBe(32);
    expect(JSON.stringify({ ...row, pepper: Buffer.from(row?.pepper.bytes ?? []).toString() })).not.toContain(secret);
  });

  it.each(['', 'mk_', 'mk_x_y_z', "' OR '1'='1", `mk_${'0'.repeat(32)}_${'a'.repeat(43)}_000000`])(
    'that was never made is refused without looking anywhere: %j',
    async (key) => {
      expect(await opened(key)).toBe('caller.key-invalid');
      expect(found).toEqual([]);
    },
  );

  it('with one character changed is no key, wherever that is', async () => {
    const key = await aKey();
    const changed = key.split(/(?=.)/).map((character, at) => `${key.slice(0, at)}${character === 'a' ? 'b' : 'a'}${key.slice(at + 1)}`);

    expect(await Promise.all(changed.map(opened))).toEqual(changed.map(() => 'caller.key-invalid'));
    expect(found).toEqual([]);
  });

  it('shares nothing with one that is equal in all but its secret, or in all but its caller', async () => {
    const [one, other] = [callerKeyFromText(await aKey('one_1')), callerKeyFromText(await aKey('other'))];
    if (one === undefined || other === undefined) throw new Error('keys were not read');
    const ending = one.secret.reveal().endsWith('a') ? 'b' : 'a';
    const twin = { ...one, secret: Secret.of(one.secret.reveal().slice(0, -1) + ending) };
    const crossed = { callerId: other.callerId, secret: one.secret };

    expect(await opened(textFromCallerKey(twin).reveal())).toBe('caller.key-invalid');
    expect(await opened(textFromCallerKey(crossed).reveal())).toBe('caller.key-invalid');
    expect(found).toEqual([one.callerId, other.callerId]);
  });

  it('fails alike where it is unknown, expired or revoked, and after the same work', async () => {
    const expired = await aKey('expired', { expiresAt: new Date(clock.now().getTime() + 1_000) });
    const revoked = await aKey('revoked');
    await core.callers.revoke('revoked');
    const secret = callerKeyFromText(revoked)?.secret ?? Secret.of('');
    const unknown = textFromCallerKey({ callerId: '11111111-2222-4333-8444-555555555555', secret }).reveal();
    await opened(unknown);
    clock.advance(1_000);
    let openings = 0;
    const open = box.open.bind(box);
    box.open = async (...parameters) => {
      openings += 1;
      return open(...parameters);
    };

    const told: unknown[] = [];
    const worked: number[] = [];
    for (const key of [unknown, expired, revoked]) {
      openings = 0;
      told.push(await core.keys.callerOf(key, adminKey).catch((error: unknown) => `${JSON.stringify(error)} ${String(error)}`));
      worked.push(openings);
    }

    expect(new Set(told).size).toBe(1);
    expect(told[0]).toContain('unknown, expired or revoked');
    expect(worked).toEqual([1, 1, 1]);
  });

  it('serves until the moment it expires', async () => {
    const key = await aKey('soon', { expiresAt: new Date(clock.now().getTime() + 1_000) });
    clock.advance(999);
    expect(await opened(key)).toBe('nothing was thrown');
  });

  it('is noted as used once a minute', async () => {
    const key = await aKey();
    const used = async (): Promise<string | undefined> => (await core.callers.get('team')).lastUsedAt?.toISOString();
    await opened(key);
    clock.advance(59_999);
    await opened(key);
    expect(await used()).toBe('2026-03-01T10:00:00.000Z');
    clock.advance(1);
    await opened(key);
    expect(await used()).toBe('2026-03-01T10:01:00.000Z');
  });

  it('whose row does not open is refused, and the operator hears of it', async () => {
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const key = await aKey();
    box.open = async () => {
      throw new MaestroError('secret.unreadable', {});
    };

    expect(await opened(key)).toBe('caller.key-invalid');
    expect(error).toHaveBeenCalledTimes(1);
    error.mockRestore();
  });

  it('is not called wrong where nobody could look', async () => {
    const key = await aKey();
    sessions.callers.find = async () => {
      throw new MaestroError('database.unavailable', {});
    };
    expect(await opened(key)).toBe('database.unavailable');
    box.open = async () => {
      throw new MaestroError('encryption.key-service-away', {});
    };
    sessions.callers.find = async (id) => sessions.callers.rows.get(id);
    expect(await opened(key)).toBe('encryption.key-service-away');
  });

  it('of the operator opens everything, without a row', async () => {
    expect(await core.keys.callerOf(operatorsKey, adminKey)).toBe(adminCaller);
    expect(found).toEqual([]);
  });

  it('is good for as many requests a minute as its limit says', async () => {
    const { key } = await core.callers.create({ name: 'team', limits: { requestsPerMinute: 2 } });
    const text = key.reveal();

    expect([await opened(text), await opened(text), await opened(text)]).toEqual([
      'nothing was thrown',
      'nothing was thrown',
      'caller.rate-limited',
    ]);
  });
});

describe('a key among many wrong ones', () => {
  it('is looked for only where there is such a caller, who are asked for once a second', async () => {
    const listed: number[] = [];
    sessions.callers.ids = async () => {
      listed.push(clock.monotonic());
      return [...sessions.callers.rows.keys()];
    };
    const key = await aKey();
    const stranger = textFromCallerKey({ callerId: '11111111-1111-4111-8111-111111111111', secret: Secret.of('a'.repeat(43)) }).reveal();
    const hurried = (text: string): Promise<string> => codeOf(core.keys.callerOf(text, adminKey, true));

    expect(await Promise.all(Array.from({ length: 100 }, () => hurried(stranger)))).toEqual(
      Array.from({ length: 100 }, () => 'caller.key-invalid'),
    );
    expect(found).toEqual([]);
    expect(await core.keys.callerOf(key, adminKey, true)).toMatchObject({ name: 'team' });
    expect(listed).toEqual([0]);
    clock.advance(1_001);
    expect(await hurried(await aKey('new_one'))).toBe('nothing was thrown');
    expect(listed).toEqual([0, 1_001]);
  });

  it('is looked for as ever where nobody can be listed', async () => {
    sessions.callers.ids = () => Promise.reject(new MaestroError('database.unavailable', {}));
    const key = await aKey();

    expect(await core.keys.callerOf(key, adminKey, true)).toMatchObject({ name: 'team' });
  });
});
