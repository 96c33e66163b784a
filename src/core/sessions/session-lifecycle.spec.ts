import { aSessionRecord } from '../../../test/support/a-session.js';
import type { StoredSessionStatus } from '../../contracts/session.js';
import type { LifecycleEvent } from './session-lifecycle.js';
import { sessionFromRecord, statusAfter, statusOf } from './session-lifecycle.js';

const now = new Date('2026-03-01T10:00:00Z');
const before = new Date('2026-03-01T09:59:59Z');
const after = new Date('2026-03-01T10:00:01Z');

describe('the life of a session', () => {
  it.each<[StoredSessionStatus, LifecycleEvent, StoredSessionStatus]>([
    ['active', 'disable', 'disabled'],
    ['active', 'enable', 'active'],
    ['active', 'replace-secret', 'active'],
    ['needs_attention', 'disable', 'disabled'],
    ['needs_attention', 'replace-secret', 'active'],
    ['reauth_required', 'enable', 'reauth_required'],
    ['reauth_required', 'replace-secret', 'active'],
    ['exhausted', 'replace-secret', 'active'],
    ['disabled', 'disable', 'disabled'],
    ['disabled', 'enable', 'active'],
    ['disabled', 'replace-secret', 'active'],
  ])('goes from %s by %s to %s', (status, event, next) => {
    expect(statusAfter(status, event)).toBe(next);
  });

  it('is expired from the very moment of its expiry', () => {
    expect(statusOf({ status: 'active', expiresAt: before }, now)).toBe('expired');
    expect(statusOf({ status: 'active', expiresAt: now }, now)).toBe('expired');
    expect(statusOf({ status: 'active', expiresAt: after }, now)).toBe('active');
    expect(statusOf({ status: 'active' }, now)).toBe('active');
  });

  it('shows stored trouble rather than the expiry', () => {
    expect(statusOf({ status: 'disabled', expiresAt: before }, now)).toBe('disabled');
  });

  it('shows a row without the secret and what guards it', () => {
    const record = aSessionRecord({ label: 'Team', expiresAt: before, secretHint: 'abcd' });
    const session = sessionFromRecord(record, now);
    expect(session).toEqual({
      id: record.id,
      provider: 'whole',
      authType: 'api_key',
      name: 'work_key',
      label: 'Team',
      status: 'expired',
      expiresAt: before,
      secretHint: 'abcd',
      createdAt: record.createdAt,
      updatedAt: record.updatedAt,
    });
  });
});
