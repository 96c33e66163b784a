import { aSessionRecord } from '../../../test/support/a-session.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { RefreshRotation } from '../../contracts/manifest.js';
import type { SessionRecord } from '../../contracts/session.js';
import { isWorthAnother, settlementOf } from './refresh-failure.js';
import type { FailureHistory } from './refresh-store.port.js';
import { longestPauseAfter, pauseAfter } from './refresh-times.js';

const times = { random: () => 1 };
const readAt = new Date('2026-03-01T10:00:00Z');
const calm: FailureHistory = { days: 1, hours: 1, same: 0, sameHours: 0 };
const provider = 'whole';
const away = new MaestroError('upstream.disconnected', { origin: 'https://issuer.test' });
const odd = new MaestroError('upstream.invalid-request', { provider, status: 400, reason: 'odd' });

interface Circumstances {
  readonly rotation?: RefreshRotation;
  readonly history?: FailureHistory;
  readonly failures?: number;
  readonly unsettledSince?: Date;
  readonly record?: Partial<SessionRecord>;
  readonly isAccessTokenDead?: boolean;
}

function settled(error: MaestroError, circumstances: Circumstances = {}): ReturnType<typeof settlementOf> {
  const { rotation = 'strict', history = calm, failures = 0, unsettledSince, record, isAccessTokenDead = false } = circumstances;
  const claimed = aSessionRecord({ authType: 'oauth', readAt, ...record });
  const claim = { record: claimed, attemptId: 'a1', epoch: 1, failures, ...(unsettledSince && { unsettledSince }) };
  return settlementOf({ error, claim, rotation, history, isAccessTokenDead }, times);
}

describe('a token call that failed', () => {
  const dead = new MaestroError('session.refresh-rejected', { provider, reason: 'invalid_grant' });

  it('ends the session where the grant is dead, and says whether a lost answer did that', () => {
    expect(settled(dead)).toMatchObject({ state: 'rejected', status: 'reauth_required', statusReason: 'grant_rejected' });
    expect(settled(dead, { unsettledSince: readAt })).toMatchObject({ status: 'reauth_required', statusReason: 'rotation_lost' });
    expect(settled(dead)).toMatchObject({ audit: { action: 'session.refresh', outcome: 'failed' } });
  });

  it.each([
    new MaestroError('oauth.misconfigured', { provider, problem: 'invalid_client' }),
    new MaestroError('login.not-configured', { provider, setting: 'WHOLE_OAUTH_CLIENT_ID' }),
  ])('is nobody’s failure where our set-up is wrong: %s', (error) => {
    const settlement = settled(error, { history: { days: 9, hours: 900, same: 99, sameHours: 900 } });
    expect(settlement).toEqual({ state: 'rejected', reason: error.code, isFailure: false, pauseMs: 60_000 });
  });

  it('is unknown where the token may be spent, and not asked again before the access token ends', () => {
    const issuedAt = new Date(readAt.getTime() - 3_600_000);
    const expiresAt = new Date(readAt.getTime() + 3_600_000);
    expect(settled(away, { record: { issuedAt, expiresAt } })).toMatchObject({ state: 'unknown', pauseMs: 3_600_000 - 360_000 });
    expect(settled(away)).toMatchObject({ state: 'unknown', pauseMs: 2_000 });
  });

  it.each<RefreshRotation>(['none', 'grace'])('is repeated once at once where that does no harm: %s', (rotation) => {
    expect(settled(away, { rotation })).toMatchObject({ state: 'unknown', pauseMs: 0 });
    expect(settled(away, { rotation, unsettledSince: readAt, failures: 1 })).toMatchObject({ pauseMs: 4_000 });
    const claim = { record: aSessionRecord(), attemptId: 'a1', epoch: 1, failures: 0 };
    expect(isWorthAnother({ error: odd, claim, rotation })).toBe(false);
  });

  it('waits as long as the issuer says, ten minutes at most', () => {
    const limited = (retryAfterMs: number): MaestroError => new MaestroError('upstream.rate-limited', { provider }, { retryAfterMs });
    expect(settled(limited(90_000))).toMatchObject({ state: 'rejected', pauseMs: 90_000 });
    expect(settled(limited(9_000_000))).toMatchObject({ pauseMs: 600_000 });
  });

  it('needs attention where the issuer refuses for a day and says nothing that can be understood', () => {
    const puzzling = { days: 2, hours: 25, same: 2, sameHours: 25 };
    expect(settled(odd, { history: puzzling })).toMatchObject({ status: 'needs_attention', statusReason: 'upstream.invalid-request' });
    expect(settled(odd, { history: { ...puzzling, sameHours: 23 } })).not.toHaveProperty('status');
    expect(settled(odd, { history: { ...puzzling, same: 1 } })).not.toHaveProperty('status');
    expect(settled(away, { history: puzzling })).not.toHaveProperty('status');
    expect(settled(odd, { history: puzzling, record: { status: 'needs_attention' } })).not.toHaveProperty('status');
  });

  it('gives up after failures on four days in three', () => {
    expect(settled(away, { history: { ...calm, days: 4, hours: 72 } })).toMatchObject({ status: 'exhausted' });
    expect(settled(away, { history: { ...calm, days: 4, hours: 71 } })).not.toHaveProperty('status');
    expect(settled(away, { history: { ...calm, days: 3, hours: 90 } })).not.toHaveProperty('status');
  });

  it('is followed by a longer pause each time, a quarter of an hour at most', () => {
    expect([0, 1, 2, 8, 9, 50].map(longestPauseAfter)).toEqual([2_000, 4_000, 8_000, 512_000, 900_000, 900_000]);
    expect(pauseAfter(3, { random: () => 0.5 })).toBe(8_000);
  });
});
