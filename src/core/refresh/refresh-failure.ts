import type { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { RefreshRotation } from '../../contracts/manifest.js';
import type { SessionRecord, StoredSessionStatus } from '../../contracts/session.js';
import { maySpendToken } from '../../kit/oauth/token-failure.js';
import { statusAfter } from '../sessions/session-lifecycle.js';
import type { FailureHistory, RefreshClaim, RefreshSettlement, RefreshState } from './refresh-store.port.js';
import type { RefreshTimes } from './refresh-times.js';
import { longestPauseAfter, pauseAfter } from './refresh-times.js';
import { marginMs } from './token-expiry.js';

/** Milliseconds. */
const longestRetryAfter = 600_000;
const configurationPause = 60_000;

/** Codes of failures that are our set-up's: no session is at fault, or ends for them. */
export const configurationCodes: readonly string[] = ['oauth.misconfigured', 'login.not-configured', 'operation.unsupported'];

export function isConfiguration(error: MaestroError): boolean {
  return configurationCodes.includes(error.code);
}

export interface FailedCall {
  readonly error: MaestroError;
  readonly claim: RefreshClaim;
  readonly rotation: RefreshRotation;
  readonly history: FailureHistory;
  /** The provider does not take it any more: there is nothing to spare. */
  readonly isAccessTokenDead: boolean;
}

/** How a call that failed is written down, when it is tried again, and whether the session changes its state. */
export function settlementOf(call: FailedCall, times: Pick<RefreshTimes, 'random'>): RefreshSettlement {
  const { error, claim } = call;
  const { status } = claim.record;
  if (error.code === 'session.refresh-rejected') {
    // A grant that died while nobody knows what became of the last call was most likely rotated by it.
    const reason = claim.unsettledSince === undefined ? 'grant_rejected' : 'rotation_lost';
    return { state: 'rejected', reason, isFailure: true, ...changed(status, statusAfter(status, 'grant-reject'), reason) };
  }
  if (isConfiguration(error)) return { state: 'rejected', reason: error.code, isFailure: false, pauseMs: configurationPause };
  const state = maySpendToken(error) ? 'unknown' : 'rejected';
  return { state, reason: error.code, isFailure: true, pauseMs: pauseOf(call, state, times), ...givenUp(call) };
}

/** Whether to ask once more at once: the issuer takes the same token again, and whoever waits need not hear of a hiccup. */
export function isWorthAnother({ error, claim, rotation }: Pick<FailedCall, 'error' | 'claim' | 'rotation'>): boolean {
  return rotation !== 'strict' && claim.unsettledSince === undefined && maySpendToken(error);
}

function pauseOf(call: FailedCall, state: 'unknown' | 'rejected', times: Pick<RefreshTimes, 'random'>): number {
  const { error, claim, rotation, isAccessTokenDead } = call;
  if (isWorthAnother(call)) return 0;
  const usual = pauseAfter(claim.failures, times);
  if (error.retryAfterMs !== undefined) return Math.min(Math.max(error.retryAfterMs, usual), longestRetryAfter);
  return state === 'unknown' && rotation === 'strict' && !isAccessTokenDead ? Math.max(usual, untilDueMs(claim.record)) : usual;
}

/** A pause as `settlementOf` makes it for an access token that still serves: until that is due, and longer than any other reason has. */
export function sparesAccessToken({ record, failures, isUnsettled }: RefreshState): boolean {
  const { expiresAt, issuedAt, nextRefreshAt, readAt } = record;
  if (!isUnsettled || expiresAt === undefined || nextRefreshAt === undefined || readAt === undefined) return false;
  const dueAt = expiresAt.getTime() - marginMs(expiresAt, issuedAt);
  return nextRefreshAt.getTime() >= dueAt && nextRefreshAt.getTime() - readAt.getTime() > longestPauseAfter(failures);
}

/** A refresh token that may be spent is not shown again while the access token serves: a strict issuer would end that, too. */
export function untilDueMs({ expiresAt, issuedAt, readAt }: SessionRecord): number {
  if (expiresAt === undefined || readAt === undefined) return 0;
  return Math.max(expiresAt.getTime() - marginMs(expiresAt, issuedAt) - readAt.getTime(), 0);
}

function givenUp({ error, claim, history }: FailedCall): Partial<RefreshSettlement> {
  const { status } = claim.record;
  if (history.days >= 4 && history.hours >= 72) return changed(status, statusAfter(status, 'give-up'), error.code);
  // The issuer says no without a word that means the grant is dead; over a day of that is something to look at.
  const isPuzzling = error.code === 'upstream.invalid-request' || error.code === 'upstream.permission-denied';
  if (isPuzzling && history.same >= 2 && history.sameHours >= 24) return changed(status, statusAfter(status, 'refresh-fail'), error.code);
  return {};
}

function changed(from: StoredSessionStatus, status: StoredSessionStatus, statusReason: string): Partial<RefreshSettlement> {
  if (status === from) return {};
  const audit = { actor: 'system', action: 'session.refresh', outcome: 'failed', detail: `status:${status} ${statusReason}` } as const;
  return { status, statusReason, audit };
}
