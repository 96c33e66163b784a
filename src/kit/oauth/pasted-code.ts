import { timingSafeEqual } from 'node:crypto';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { Secret } from '../../contracts/secret.js';

/** What came back from the authorisation page, in whatever form it was handed over. */
export interface AuthorizationAnswer {
  readonly code?: Secret;
  readonly state?: Secret;
  /** The issuer's word for why there is no code (RFC 6749, section 4.1.2.1). */
  readonly error?: string;
  /** `iss` of RFC 9207. */
  readonly issuer?: string;
  /** Where the browser came back to, without query and fragment; known only where a whole address was given. */
  readonly address?: string;
}

/** A code, `code#state` as some vendors' pages show it, or the whole address that the browser came back to. */
export function parsePastedCode(pasted: Secret): AuthorizationAnswer {
  const text = pasted.reveal().trim();
  if (/^https?:\/\//i.test(text)) return fromAddress(text);
  const hash = text.indexOf('#');
  if (hash < 0) return fields({ code: text });
  return fields({ code: text.slice(0, hash), state: text.slice(hash + 1) });
}

/** What an answer may hold, each once (RFC 6749, section 3.1). */
const parameterNames = ['code', 'state', 'error', 'iss'];

function fromAddress(text: string): AuthorizationAnswer {
  if (!URL.canParse(text)) return {};
  const { origin, pathname, searchParams, hash } = new URL(text);
  const parameters = new URLSearchParams([...searchParams, ...new URLSearchParams(hash.slice(1))]);
  const address = `${origin}${pathname}`;
  // A parameter that comes twice is somebody's trick: which of the two would be meant?
  if (parameterNames.some((name) => parameters.getAll(name).length > 1)) return { address };
  const read = (name: string): string => parameters.get(name) ?? '';
  const error = read('error');
  const issuer = read('iss');
  return {
    ...fields({ code: read('code'), state: read('state') }),
    ...(error !== '' && { error }),
    ...(issuer !== '' && { issuer }),
    address,
  };
}

function fields({ code, state = '' }: { readonly code: string; readonly state?: string }): AuthorizationAnswer {
  return { ...(code !== '' && { code: Secret.of(code) }), ...(state !== '' && { state: Secret.of(state) }) };
}

export interface ExpectedAnswer {
  readonly provider: string;
  readonly state: Secret;
  readonly redirectUri: string;
  readonly issuer?: string;
}

/**
 * The code of an answer that belongs to this login. State first: an answer that is not ours tells nothing that may be believed.
 *
 * @throws MaestroError `login.rejected`
 */
export function codeOf(answer: AuthorizationAnswer, expected: ExpectedAnswer): Secret {
  const refuse = (reason: string): MaestroError => new MaestroError('login.rejected', { provider: expected.provider, reason });
  if (answer.address !== undefined && answer.state === undefined) throw refuse('state_missing');
  if (answer.state !== undefined && !isSame(answer.state, expected.state)) throw refuse('state_mismatch');
  if (answer.address !== undefined && answer.address !== addressOf(expected.redirectUri)) throw refuse('redirect_mismatch');
  if (expected.issuer !== undefined && answer.issuer !== undefined && answer.issuer !== expected.issuer) throw refuse('issuer_mismatch');
  if (answer.error !== undefined) throw refuse(safeWord(answer.error));
  if (answer.code === undefined) throw refuse('code_missing');
  return answer.code;
}

/** In a time that tells nothing of where two secrets differ. */
export function isSame(one: Secret, other: Secret): boolean {
  const [first, second] = [Buffer.from(one.reveal()), Buffer.from(other.reveal())];
  return first.byteLength === second.byteLength && timingSafeEqual(first, second);
}

/** An issuer's error code where it has the form of one; it is shown to people. */
export function safeWord(word: string): string {
  return /^[\w.-]{1,100}$/.test(word) ? word : 'unreadable_error';
}

function addressOf(redirectUri: string): string {
  const { origin, pathname } = new URL(redirectUri);
  return `${origin}${pathname}`;
}
