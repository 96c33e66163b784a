import { aSessionRecord } from '../../../test/support/a-session.js';
import type { Session, SessionStatus } from '../../contracts/session.js';
import { adviceFor } from './session-advice.js';

const now = new Date('2026-03-01T10:00:00Z');
const aSession = (special: Partial<Session>): Session => ({ ...aSessionRecord(), authType: 'oauth', status: 'active', ...special });

describe('the advice for a session', () => {
  it('is none where nothing is to do', () => {
    expect(adviceFor(aSession({}), now)).toBeUndefined();
    expect(adviceFor(aSession({ nextRefreshAt: new Date('2026-03-01T09:50:00Z') }), now)).toBeUndefined();
  });

  it.each<[SessionStatus, string | undefined, RegExp]>([
    ['expired', undefined, /no way to get another; log in again with `maestro auth login whole work_key`/],
    ['needs_attention', 'unknown_error', /may still serve, but refreshing it fails \(unknown_error\)/],
    ['reauth_required', 'rotation_lost', /was cut off between its provider and us.*log in again/],
    ['reauth_required', 'grant_rejected', /its provider ended the login; log in again/],
    ['reauth_required', undefined, /does not take its login any more/],
    ['needs_attention', 'imported', /refresh token is another program's as well, and is only tried when it expires/],
    ['needs_attention', 'restored_stale', /may have been spent since the backup, .*`maestro sessions refresh`/],
    ['exhausted', undefined, /failed for days; .*`maestro sessions refresh`/],
    ['unreadable', undefined, /give this process the key that sealed it, or log in again/],
  ])('tells a person what is wrong with one that is %s (%s)', (status, statusReason, text) => {
    const session = aSession({ status, ...(statusReason !== undefined && { statusReason }) });

    expect(adviceFor(session, now)).toMatchObject({ needsPerson: true, text: expect.stringMatching(text) });
  });

  it('asks for the key of a session that has no login', () => {
    expect(adviceFor(aSession({ authType: 'api_key', status: 'unreadable' }), now)?.text).toContain(
      'PUT /api/sessions/whole/api_key/work_key/credentials',
    );
  });

  it('tells of what was meant so, and needs nobody for it', () => {
    expect(adviceFor(aSession({ status: 'disabled' }), now)).toMatchObject({ needsPerson: false });
    expect(adviceFor(aSession({ statusReason: 'restored_stale' }), now)).toMatchObject({
      needsPerson: false,
      text: expect.stringContaining('came from a backup'),
    });
  });

  it('notices that nobody refreshes any more', () => {
    expect(adviceFor(aSession({ nextRefreshAt: new Date('2026-03-01T09:45:00Z') }), now)).toMatchObject({
      needsPerson: true,
      text: expect.stringContaining('see whether a gateway runs'),
    });
  });
});
