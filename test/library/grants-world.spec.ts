import type { AuthType } from '../../src/contracts/auth-type.js';
import type { Scope } from '../../src/contracts/caller.js';
import type { Session } from '../../src/contracts/session.js';
import { CallerKeys } from '../../src/core/access/caller-keys.js';
import { Callers } from '../../src/core/access/callers.js';
import { SessionFinder } from '../../src/core/sessions/session-finder.js';
import { WholeOAuth } from '../extension/fixtures/whole-behaviours.js';
import { anApiKey, tokens } from '../support/a-session.js';
import { adminKey } from '../support/callers.js';
import { codeOf } from '../support/code-of.js';
import type { RunningMaestro } from '../support/start-maestro.js';
import { startMaestro } from '../support/start-maestro.js';
import { StillClock } from '../support/still-clock.js';
import { plainLogin, wholeProvider } from '../support/whole-provider.js';

interface Pattern {
  readonly provider: string;
  readonly authType?: AuthType;
  readonly name: string;
}

const places: readonly (readonly [provider: string, authType: AuthType, name: string])[] = [
  ['ab', 'oauth', 'work_1'],
  ['ab', 'api_key', 'work_1'],
  ['ab', 'api_key', 'work_12'],
  ['abc', 'oauth', 'work_1'],
  ['abc', 'api_key', 'home'],
  ['bb', 'oauth', 'home'],
];

const patterns: readonly Pattern[] = [
  { provider: 'ab', name: 'work_1' },
  { provider: 'ab*', authType: 'oauth', name: 'work*' },
  { provider: 'abc', name: '*' },
  { provider: '*', authType: 'api_key', name: 'home' },
  { provider: 'bb', name: 'h*' },
  { provider: 'a*', authType: 'api_key', name: 'work_12' },
];

const callers: Readonly<Record<string, { readonly scopes: readonly Scope[]; readonly isOver: boolean }>> = {
  chatting: { scopes: ['chat'], isOver: false },
  looking: { scopes: ['sessions:read'], isOver: false },
  both: { scopes: ['chat', 'sessions:read', 'usage:read'], isOver: false },
  expired: { scopes: ['chat', 'sessions:read'], isOver: true },
};

const asked: readonly Scope[] = ['chat', 'sessions:read'];

/** The rules once more, plainly: for each pattern, does it fit? */
function reference(
  { scopes, isOver }: (typeof callers)[string],
  held: readonly Pattern[],
  { provider, authType, name }: Session,
  scope: Scope,
): string {
  const like = (pattern: string, text: string): boolean => new RegExp(`^${pattern.replace('*', '.*')}$`).test(text);
  if (isOver) return 'expired';
  if (!scopes.includes(scope)) return 'scope-missing';
  for (const pattern of held) {
    const isOfType = pattern.authType === undefined || pattern.authType === authType;
    if (like(pattern.provider, provider) && like(pattern.name, name) && isOfType) return 'granted';
  }
  return 'not-granted';
}

const codes: Readonly<Record<string, string>> = {
  granted: 'nothing was thrown',
  'not-granted': 'session.not-found',
  'scope-missing': 'caller.scope-missing',
  expired: 'caller.key-invalid',
};

describe('in a world of four callers, six sessions and every set of six patterns', () => {
  const clock = new StillClock();
  let running: RunningMaestro;
  const sessions: Session[] = [];
  const keys = new Map<string, string>();
  beforeAll(async () => {
    const providers = ['ab', 'abc', 'bb'].map((id) => wholeProvider({ id, oauth: WholeOAuth, login: plainLogin }));
    running = await startMaestro({ clock, providers });
    for (const [provider, authType, name] of places) {
      const credentials = authType === 'oauth' ? tokens() : anApiKey();
      sessions.push(await running.sessions.create({ provider, authType, name, credentials }));
    }
    for (const [name, { scopes, isOver }] of Object.entries(callers)) {
      const end = isOver ? { expiresAt: new Date(clock.now().getTime() + 1_000) } : {};
      const { key } = await running.application.get(Callers, { strict: false }).create({ name, scopes, ...end });
      keys.set(name, key.reveal());
    }
    clock.advance(3_600_000);
  });
  afterAll(() => running.close());

  it('every answer, and every explanation of it, is the one of a plain reference', async () => {
    const desk = running.application.get(Callers, { strict: false });
    const doorman = running.application.get(CallerKeys, { strict: false });
    const finder = running.application.get(SessionFinder, { strict: false });
    const held = new Map<Pattern, Map<string, string>>();
    const counts: Record<string, number> = {};
    const wrong: unknown[] = [];

    // Each step from one set to the next gives or takes one grant.
    for (let step = 0; step < 2 ** patterns.length; step += 1) {
      const turned = step === 0 ? undefined : patterns[31 - Math.clz32(step & -step)];
      if (turned !== undefined) await turn(desk, held, turned);
      // What is remembered of a caller is believed for a second.
      clock.advance(2_000);
      for (const [name, caller] of Object.entries(callers)) {
        for (const session of sessions) {
          for (const scope of asked) {
            const expected = reference(caller, [...held.keys()], session, scope);
            const code = await codeOf(
              doorman.callerOf(keys.get(name) ?? '', adminKey).then((who) => finder.find(who, scope, { id: session.id })),
            );
            const { isAllowed, reason, grant } = await desk.why(name, { id: session.id }, scope);
            const isProven = !isAllowed || [...held.values()].some((ids) => ids.get(name) === grant?.id);
            counts[expected] = (counts[expected] ?? 0) + 1;
            if (code !== codes[expected] || reason !== expected || isAllowed !== (expected === 'granted') || !isProven) {
              wrong.push({ step, name, session: session.name, scope, expected, code, reason });
            }
          }
        }
        if (!caller.isOver && caller.scopes.includes('sessions:read')) {
          const who = await doorman.callerOf(keys.get(name) ?? '', adminKey);
          const listed = (await running.sessions.for(who).list({})).data.map(({ id }) => id);
          const granted = sessions.filter((session) => reference(caller, [...held.keys()], session, 'sessions:read') === 'granted');
          if (
            listed.sort().join() !==
            granted
              .map(({ id }) => id)
              .sort()
              .join()
          )
            wrong.push({ step, name, listed });
        }
      }
    }

    console.info(`decisions: ${JSON.stringify(counts)}; ${String(wrong.length)} differ`);
    expect(wrong).toEqual([]);
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(64 * 4 * 6 * 2);
    expect(Object.keys(counts).sort()).toEqual(Object.keys(codes).sort());
  }, 60_000);
});

/** Gives every caller the pattern, or takes it back. */
async function turn(desk: Callers, held: Map<Pattern, Map<string, string>>, pattern: Pattern): Promise<void> {
  const ids = held.get(pattern);
  if (ids === undefined) {
    const given = await Promise.all(Object.keys(callers).map(async (name) => [name, (await desk.grant(name, pattern)).id] as const));
    held.set(pattern, new Map(given));
  } else {
    await Promise.all([...ids].map(([name, id]) => desk.revokeGrant(name, id)));
    held.delete(pattern);
  }
}
