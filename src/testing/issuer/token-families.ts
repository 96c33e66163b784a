import { randomBytes } from 'node:crypto';

/**
 * What becomes of a refresh token that was used. `none`: it stays the one. `grace`: for some seconds it still brings the tokens
 * that followed it. `strict`: using it again ends the whole family, its access tokens too (RFC 9700, section 4.14.2).
 */
export type IssuerRotation = 'none' | 'grace' | 'strict';

export interface FamilyRules {
  readonly rotation: IssuerRotation;
  readonly graceSeconds: number;
  /** An access token dies when its successor is made. */
  readonly revokesAccessOnRefresh: boolean;
  /** Milliseconds. */
  readonly now: () => number;
}

/** All that one login brought: a refresh token after another, and the access tokens made with them. */
export interface TokenFamily {
  readonly id: string;
  readonly scopes: readonly string[];
  readonly refreshToken: string;
  readonly accessToken: string;
  /** How often the refresh token was replaced. */
  readonly rotations: number;
  readonly state: 'live' | 'lost' | 'revoked';
}

export type RefreshOutcome =
  | { readonly is: 'issued' | 'replayed'; readonly family: TokenFamily }
  | { readonly is: 'reused' | 'revoked'; readonly family: TokenFamily }
  | { readonly is: 'unknown' };

interface Used {
  readonly at: number;
  readonly rotation: number;
}

interface State {
  family: TokenFamily;
  readonly used: Map<string, Used>;
  readonly liveAccess: Set<string>;
}

/** The memory of an issuer. Every step is one turn of the loop, so that two requests never see half of it. */
export class TokenFamilies {
  readonly #byId = new Map<string, State>();
  readonly #byToken = new Map<string, State>();

  constructor(private readonly rules: FamilyRules) {}

  get all(): readonly TokenFamily[] {
    return [...this.#byId.values()].map(({ family }) => family);
  }

  issue(scopes: readonly string[]): TokenFamily {
    const id = `f${String(this.#byId.size + 1)}`;
    const family: TokenFamily = {
      id,
      scopes,
      refreshToken: token('rt', id),
      accessToken: token('at', id),
      rotations: 0,
      state: 'live',
    };
    const state: State = { family, used: new Map(), liveAccess: new Set([family.accessToken]) };
    this.#byId.set(id, state);
    this.#byToken.set(family.refreshToken, state);
    return family;
  }

  refresh(refreshToken: string): RefreshOutcome {
    const state = this.#byToken.get(refreshToken);
    if (state === undefined) return { is: 'unknown' };
    if (state.family.state !== 'live') return { is: 'revoked', family: state.family };
    const used = state.used.get(refreshToken);
    if (used === undefined) return { is: 'issued', family: this.#rotate(state) };
    if (this.#isInGrace(used, state)) return { is: 'replayed', family: this.#renewAccess(state) };
    return { is: 'reused', family: end(state, 'lost') };
  }

  /** RFC 7009: whatever was given, afterwards it is of no use. */
  revoke(given: string): void {
    const state = this.#byToken.get(given) ?? [...this.#byId.values()].find(({ liveAccess }) => liveAccess.has(given));
    if (state?.family.state === 'live') end(state, 'revoked');
  }

  find(id: string): TokenFamily | undefined {
    return this.#byId.get(id)?.family;
  }

  /** Also by a refresh token that was used up. */
  familyOf(refreshToken: string): TokenFamily | undefined {
    return this.#byToken.get(refreshToken)?.family;
  }

  accepts(accessToken: string): boolean {
    return [...this.#byId.values()].some(({ liveAccess }) => liveAccess.has(accessToken));
  }

  #isInGrace({ at, rotation }: Used, { family }: State): boolean {
    if (this.rules.rotation !== 'grace' || rotation !== family.rotations) return false;
    return this.rules.now() - at <= this.rules.graceSeconds * 1_000;
  }

  #rotate(state: State): TokenFamily {
    if (this.rules.rotation === 'none') return this.#renewAccess(state);
    const rotations = state.family.rotations + 1;
    const refreshToken = token('rt', state.family.id);
    state.used.set(state.family.refreshToken, { at: this.rules.now(), rotation: rotations });
    this.#byToken.set(refreshToken, state);
    state.family = { ...state.family, refreshToken, rotations };
    return this.#renewAccess(state);
  }

  #renewAccess(state: State): TokenFamily {
    const accessToken = token('at', state.family.id);
    if (this.rules.revokesAccessOnRefresh) state.liveAccess.clear();
    state.liveAccess.add(accessToken);
    state.family = { ...state.family, accessToken };
    return state.family;
  }
}

function end(state: State, how: 'lost' | 'revoked'): TokenFamily {
  state.liveAccess.clear();
  state.family = { ...state.family, state: how };
  return state.family;
}

function token(kind: 'rt' | 'at', family: string): string {
  return `${kind}-${family}-${randomBytes(18).toString('base64url')}`;
}
