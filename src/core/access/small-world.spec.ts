import type { AuthType } from '../../contracts/auth-type.js';
import { authTypes } from '../../contracts/auth-type.js';
import type { Grant, Scope } from '../../contracts/caller.js';
import { mayUse } from './may-use.js';

interface Place {
  readonly id: string;
  readonly provider: string;
  readonly authType: AuthType;
  readonly name: string;
}

const sessions: readonly Place[] = [
  { id: 's1', provider: 'ab', authType: 'oauth', name: 'work_1' },
  { id: 's2', provider: 'ab', authType: 'api_key', name: 'work_1' },
  { id: 's3', provider: 'ab', authType: 'api_key', name: 'work_12' },
  { id: 's4', provider: 'abc', authType: 'oauth', name: 'work_1' },
  { id: 's5', provider: 'abc', authType: 'api_key', name: 'home' },
  { id: 's6', provider: 'b', authType: 'oauth', name: 'home' },
];

const patternsOf = (texts: readonly string[]): readonly string[] => [
  ...new Set(texts.flatMap((text) => [text, ...text.split(/(?=.)/).map((_, at) => `${text.slice(0, at)}*`), `${text}*`])),
];

const grants: readonly Grant[] = [
  ...patternsOf(['ab', 'abc', 'b', 'c']).flatMap((provider) =>
    [undefined, ...authTypes].flatMap((authType) =>
      patternsOf(['work_1', 'work_12', 'home', 'x', 'wo*k']).map((name) => ({
        provider,
        name,
        ...(authType !== undefined && { authType }),
      })),
    ),
  ),
  ...sessions.map((session) => ({ ...session, sessionId: session.id })),
  // A session that is gone, and another that has its name by now.
  { provider: 'ab', authType: 'oauth', name: 'work_1', sessionId: 's0' },
];

/** Four callers: without a scope, without a grant, with the grant in question, with one more that fits nothing. */
const callers: readonly ((grant: Grant) => { readonly scopes: readonly Scope[]; readonly grants: readonly Grant[] })[] = [
  (grant) => ({ scopes: ['sessions:read'], grants: [grant] }),
  () => ({ scopes: ['chat'], grants: [] }),
  (grant) => ({ scopes: ['chat'], grants: [grant] }),
  (grant) => ({ scopes: ['chat', 'sessions:read'], grants: [{ provider: 'nobody', name: '*' }, grant] }),
];

/** The rules, said in another way: with regular expressions, and counting instead of deciding. */
function reference(scopes: readonly Scope[], granted: readonly Grant[], session: Place): boolean {
  const like = (pattern: string, text: string): boolean =>
    new RegExp(`^${pattern.replace(/\*(?!$)/g, '\\*').replace(/\*$/, '[^]*')}$`).test(text);
  const fitting = granted
    .filter(({ sessionId }) => sessionId === undefined || sessionId === session.id)
    .filter(({ sessionId, provider }) => sessionId !== undefined || like(provider, session.provider))
    .filter(({ sessionId, name }) => sessionId !== undefined || like(name, session.name))
    .filter(({ sessionId, authType }) => sessionId !== undefined || [undefined, session.authType].includes(authType));
  return scopes.includes('chat') && fitting.length > 0;
}

describe('in a small world', () => {
  it('every decision is the one that a plain reference makes', () => {
    let decisions = 0;
    let allowed = 0;
    const wrong: unknown[] = [];
    for (const grant of grants) {
      for (const callerWith of callers) {
        const { scopes, grants: held } = callerWith(grant);
        for (const session of sessions) {
          const is = mayUse({ id: 'c1', name: 'team', scopes, grants: held }, 'chat', session);
          decisions += 1;
          if (is) allowed += 1;
          if (is !== reference(scopes, held, session)) wrong.push({ grant, scopes, session, is });
        }
      }
    }

    expect(wrong).toEqual([]);
    expect(decisions).toBe(grants.length * callers.length * sessions.length);
    expect({ isLarge: decisions > 10_000, someAllowed: allowed > 500, someNot: allowed < decisions / 2 }).toEqual({
      ...{ isLarge: true, someAllowed: true, someNot: true },
    });
  });
});
