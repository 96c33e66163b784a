import { randomUUID } from 'node:crypto';

import type { OAuthCredentials } from '../../src/contracts/credentials.js';
import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import { Secret } from '../../src/contracts/secret.js';
import type { SessionRecord } from '../../src/contracts/session.js';
import type { TokenSet } from '../../src/contracts/tokens.js';
import type { Revocations } from '../../src/core/sessions/revocations.js';
import { Revocations as RevocationsToken } from '../../src/core/sessions/revocations.js';
import { WholeOAuth } from '../extension/fixtures/whole-behaviours.js';
import { tokens } from './a-session.js';
import { numbersFrom } from './delayed-statements.js';
import { InMemoryPersistenceModule } from './in-memory-persistence.module.js';
import { InMemorySessionStore } from './in-memory-session-store.js';
import type { RunningMaestro } from './start-maestro.js';
import { startMaestro } from './start-maestro.js';
import { tellFigure } from './tell-figure.js';
import { wholeProvider } from './whole-provider.js';

let next = numbersFrom(1);
const waiting: (() => void)[] = [];

/** Every step that may overtake another waits here until it is drawn. */
function turn(): Promise<void> {
  return new Promise((resolve) => waiting.push(resolve));
}

async function drawUntil(ended: Promise<unknown>): Promise<void> {
  const over = { is: false };
  void ended.finally(() => (over.is = true));
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve));
    if (over.is && waiting.length === 0) return;
    waiting.splice(Math.floor(next() * waiting.length), 1)[0]?.();
  }
}

/** An issuer that takes a second use for theft. Tokens are `<family>.<number>`. */
class StrictIssuer {
  readonly current = new Map<string, number>();
  readonly revoked: string[] = [];
  readonly lost: string[] = [];
  calls = 0;

  issue(): string {
    const family = randomUUID();
    this.current.set(family, 0);
    return `${family}.0`;
  }

  rotate(token: string): string {
    this.calls += 1;
    const [family = '', number] = token.split('.');
    if (Number(number) !== this.current.get(family)) {
      this.lost.push(family);
      throw new MaestroError('session.refresh-rejected', { provider: 'whole', reason: 'invalid_grant' });
    }
    this.current.set(family, Number(number) + 1);
    return `${family}.${String(Number(number) + 1)}`;
  }

  isCurrent(token: string): boolean {
    const [family = '', number] = token.split('.');
    return this.current.get(family) === Number(number);
  }
}

const issuer = new StrictIssuer();

class StrictOAuth extends WholeOAuth {
  override async refreshToken(refreshToken: Secret): Promise<TokenSet> {
    await turn();
    const renewed = issuer.rotate(refreshToken.reveal());
    await turn();
    return {
      accessToken: Secret.of(`access-${renewed}`),
      refreshToken: Secret.of(renewed),
      tokenType: 'Bearer',
      isExpiryEstimated: false,
      extra: {},
    };
  }

  override async extractApiCredentials(answer: TokenSet): Promise<OAuthCredentials> {
    return tokens({ accessToken: answer.accessToken, ...(answer.refreshToken && { refreshToken: answer.refreshToken }) });
  }

  override async revokeTokens(credentials: OAuthCredentials): Promise<void> {
    issuer.revoked.push(credentials.refreshToken?.reveal() ?? '');
  }
}

/** Each method waits for its turn before it does its work, which it then does at once, as a statement does. */
function byTurns<T extends object>(target: T): T {
  return new Proxy(target, {
    get(object, name) {
      const value: unknown = Reflect.get(object, name, object);
      if (typeof value !== 'function' || name === 'put') return value;
      return async (...parameters: readonly unknown[]): Promise<unknown> => {
        await turn();
        return Reflect.apply(value, object, parameters);
      };
    },
  });
}

function refreshTokenIn({ secret }: SessionRecord): string {
  return /"refreshToken\\?":\\?"([^"\\]+)/.exec(Buffer.from(secret.bytes).toString())?.[1] ?? '';
}

/** The issuer was told that the family's newest token is over, or will be. */
function toldOf(store: InMemorySessionStore, family: string): boolean {
  const newest = `${family}.${String(issuer.current.get(family))}`;
  const left = [...store.revocations.values()].map(({ secret }) => Buffer.from(secret.bytes).toString());
  return issuer.revoked.includes(newest) || left.some((text) => text.includes(newest));
}

const events = ['delete', 'login', 'rename', 'disable'] as const;

/** Two replicas and what else may happen to a session, in so many orders from one seed on. */
export function describeInterleavings(orders: number, first: number): void {
  describe('a refresh in flight', () => {
    const store = new InMemorySessionStore();
    let replicas: readonly RunningMaestro[];
    let revocations: readonly Revocations[];
    beforeAll(async () => {
      const shared = byTurns(store);
      Object.defineProperty(store, 'refreshes', { value: byTurns(store.refreshes) });
      const start = (): Promise<RunningMaestro> =>
        startMaestro({
          persistence: InMemoryPersistenceModule.of(shared),
          providers: [wholeProvider({ oauth: StrictOAuth })],
          refreshTimes: { sleep: turn, random: () => next(), replayMs: 3_600_000 },
        });
      replicas = [await start(), await start()];
      revocations = replicas.map(({ application }) => application.get(RevocationsToken, { strict: false }));
    });
    afterAll(async () => {
      await drawUntil(Promise.all(replicas.map(({ close }) => close())));
    });

    async function live(seed: number): Promise<void> {
      next = numbersFrom(seed);
      const name = `login_${String(seed)}`;
      const login = (token: string): OAuthCredentials => tokens({ refreshToken: Secret.of(token) });
      const [one, two] = replicas;
      if (one === undefined || two === undefined) throw new Error('there are two');
      const created = one.sessions.create({ provider: 'whole', authType: 'oauth', name, credentials: login(issuer.issue()) });
      await drawUntil(created);
      const { id } = await created;
      const record = store.rows.get(id);
      const done = new Map<string, string>();

      const happen = async (event: (typeof events)[number], { sessions }: RunningMaestro): Promise<void> => {
        const token = issuer.issue();
        if (event === 'delete') await sessions.delete({ id });
        if (event === 'login') await sessions.replaceCredentials({ id }, { credentials: login(token) });
        if (event === 'rename') await sessions.change({ id }, { name: `renamed_${String(seed)}` });
        if (event === 'disable') await sessions.change({ id }, { disabled: true });
        done.set(event, token);
      };
      const chosen = events.filter(() => next() < 0.4);
      const refreshing = replicas.map(({ maestro }) => maestro.refreshSession({ id }));
      const happening = chosen.map((event) => happen(event, next() < 0.5 ? one : two));
      await drawUntil(Promise.allSettled([...refreshing, ...happening]));
      await drawUntil(Promise.all(revocations.map((each) => each.settled())));

      const row = store.rows.get(id);
      const seen = { seed, chosen, done: [...done.keys()], isThere: row !== undefined };
      const newest = done.get('login')?.split('.')[0] ?? (record === undefined ? '' : refreshTokenIn(record).split('.')[0]);
      if (done.has('delete')) expect({ ...seen, isToldOf: toldOf(store, newest ?? '') }).toMatchObject({ isThere: false, isToldOf: true });
      else {
        const token = row === undefined ? '' : refreshTokenIn(row);
        expect({ ...seen, isCurrent: issuer.isCurrent(token), family: token.split('.')[0] }).toMatchObject({
          isCurrent: true,
          family: newest,
        });
        if (done.has('disable') && !done.has('login')) expect({ ...seen, status: row?.status }).toMatchObject({ status: 'disabled' });
      }
    }

    it('brings no deleted session back, overwrites no newer login and costs no token, whatever the order of events', async () => {
      for (let seed = first; seed < first + orders; seed += 1) await live(seed);

      expect(issuer.lost).toEqual([]);
      const left = [...store.revocations.values()].map(({ secret }) => Buffer.from(secret.bytes).toString());
      const told = issuer.revoked.filter((token) => issuer.isCurrent(token)).length;
      tellFigure('T8', `${String(orders)} orders of events: deleted stays deleted, the newest login wins, 0 logins lost`);
      // How often the events met a call in flight.
      tellFigure(
        'T45',
        `${String(orders)} orders of delete, login, rename and disable around a refresh (seed ${String(first)}): ${String(issuer.calls)} token calls, 0 logins lost, ` +
          `${String(told)} newest tokens revoked, ${String(left.length)} to be revoked later, ${String(store.refreshes.grants.size)} kept as orphans`,
      );
      expect(issuer.calls).toBeGreaterThan(orders / 2);
    }, 600_000);
  });
}
