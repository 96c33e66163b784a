import { WholeOAuth } from '../../../test/extension/fixtures/whole-behaviours.js';
import { anApiKey, tokens } from '../../../test/support/a-session.js';
import { InMemoryPersistenceModule } from '../../../test/support/in-memory-persistence.module.js';
import { InMemorySecretBox } from '../../../test/support/in-memory-secret-box.js';
import { InMemorySessionStore } from '../../../test/support/in-memory-session-store.js';
import type { RunningMaestro } from '../../../test/support/start-maestro.js';
import { startMaestro } from '../../../test/support/start-maestro.js';
import { wholeProvider } from '../../../test/support/whole-provider.js';
import type { OAuthCredentials } from '../../contracts/credentials.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { Secret } from '../../contracts/secret.js';
import type { SealedSecret, SessionRecord } from '../../contracts/session.js';
import { Revocations } from './revocations.js';
import { sealCredentials } from './sealing.js';

/** What a refresh would have stored. */
function sealedAgain(row: SessionRecord): Promise<SealedSecret> {
  return sealCredentials(new InMemorySecretBox(), tokens({ refreshToken: Secret.of('refresh-2') }), { ...row, secretVersion: 2 });
}

const revoked: string[] = [];
let refusal: Error | undefined;

class RevokingOAuth extends WholeOAuth {
  override async revokeTokens(credentials: OAuthCredentials): Promise<void> {
    if (refusal !== undefined) throw refusal;
    revoked.push(credentials.refreshToken?.reveal() ?? 'none');
  }
}

describe('revoking a login whose session was deleted', () => {
  let store: InMemorySessionStore;
  let running: RunningMaestro;
  let revocations: Revocations;
  beforeEach(async () => {
    revoked.splice(0);
    refusal = undefined;
    store = new InMemorySessionStore();
    running = await startMaestro({
      persistence: InMemoryPersistenceModule.of(store),
      providers: [wholeProvider({ oauth: RevokingOAuth })],
    });
    revocations = running.application.get(Revocations, { strict: false });
    const credentials = tokens({ refreshToken: Secret.of('refresh-1') });
    await running.sessions.create({ provider: 'whole', authType: 'oauth', name: 'login', credentials });
  });
  afterEach(() => running.close());

  const lastEvent = (): unknown => store.audit.events.at(-1);
  const deleted = async (name = 'login', authType = 'oauth'): Promise<void> => {
    await running.sessions.deleteByName('whole', authType, name);
    await revocations.settled();
  };

  it('tells the provider once, and writes down that it did', async () => {
    await deleted();

    expect(revoked).toEqual(['refresh-1']);
    expect(lastEvent()).toMatchObject({ actor: 'local', action: 'session.revoke', outcome: 'done' });
  });

  it('leaves a login alone that another program made, until a refresh has made it ours', async () => {
    const imported = (name: string): Promise<unknown> =>
      running.sessions.create({
        ...{ provider: 'whole', authType: 'oauth', name, caution: 'imported' },
        credentials: tokens({ refreshToken: Secret.of(`${name}-refresh`) }),
      });
    await imported('theirs');
    await deleted('theirs');

    expect(revoked).toEqual([]);
    expect(lastEvent()).toMatchObject({ action: 'session.revoke', outcome: 'skipped', detail: 'imported' });

    await imported('ours');
    await running.sessions.upsert('whole', 'oauth', 'ours', tokens({ refreshToken: Secret.of('new-refresh') }));
    await deleted('ours');
    expect(revoked).toEqual(['new-refresh']);
  });

  it('leaves a login alone that another session still uses', async () => {
    await running.sessions.clone(await running.sessions.upsert('whole', 'oauth', 'login', tokens({ refreshToken: Secret.of('r2') })), {
      name: 'copy',
    });
    await deleted();

    expect(revoked).toEqual([]);
    expect(lastEvent()).toMatchObject({ action: 'session.revoke', outcome: 'skipped', detail: 'shared' });
    await deleted('copy');
    expect(revoked).toEqual(['r2']);
  });

  it.each([
    [new MaestroError('upstream.failed', { provider: 'whole', status: 500 }), 'upstream.failed'],
    [new Error('with a secret in it'), 'internal'],
  ])('never keeps a session from being deleted: %s', async (error, detail) => {
    refusal = error;

    await deleted();

    expect(store.rows.size).toBe(0);
    expect(lastEvent()).toMatchObject({ action: 'session.delete' });
    for (let tries = 0; tries < 8; tries += 1) await revocations.run();
    expect(lastEvent()).toMatchObject({ action: 'session.revoke', outcome: 'failed', detail });
    expect(store.revocations.size).toBe(0);
  });

  it('is told by another process where this one was killed before it could, and told once', async () => {
    refusal = new MaestroError('upstream.unreachable', { origin: 'https://whole.test', reason: 'no route' });
    await deleted();
    expect(store.revocations.size).toBe(1);
    refusal = undefined;

    expect(await revocations.run()).toBe(1);

    expect(revoked).toEqual(['refresh-1']);
    expect(lastEvent()).toMatchObject({ actor: 'local', action: 'session.revoke', outcome: 'done' });
    expect(await revocations.run()).toBe(0);
  });

  it('is of the newest tokens where a refresh came between', async () => {
    const bury = store.delete.bind(store);
    jest.spyOn(store, 'delete').mockImplementationOnce(async (...values) => {
      for (const row of store.rows.values()) store.put({ ...row, secretVersion: 2, secret: await sealedAgain(row) });
      return bury(...values);
    });

    await deleted();

    expect(revoked).toEqual(['refresh-2']);
  });

  it('is given up where the secret cannot be opened, and the session goes all the same', async () => {
    for (const row of store.rows.values()) store.put({ ...row, secret: { ...row.secret, keyId: 'gone' } });

    await deleted();

    expect(store.rows.size).toBe(0);
    expect(lastEvent()).toMatchObject({ action: 'session.revoke', outcome: 'failed', detail: 'session.unreadable' });
  });

  it('does not concern keys', async () => {
    await running.sessions.create({ provider: 'whole', authType: 'api_key', name: 'key', credentials: anApiKey() });

    await deleted('key', 'api_key');

    expect(lastEvent()).toMatchObject({ action: 'session.delete' });
  });

  it('is waited for when the process ends, and says in the log what could not be written down', async () => {
    store.audit.append = () => Promise.reject(new Error('away'));
    await running.sessions.deleteByName('whole', 'oauth', 'login');

    await revocations.onModuleDestroy();

    expect(revoked).toEqual(['refresh-1']);
    expect(running.log.from('Sessions')).toEqual([expect.stringContaining('could not be written down')]);
  });
});
