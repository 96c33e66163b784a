import { aSessionRecord } from '../../../test/support/a-session.js';
import type { StoredSessionStatus } from '../../contracts/session.js';
import { sessionFromRecord, statusAfter, statusOf, transitions } from './session-lifecycle.js';

const now = new Date('2026-03-01T10:00:00Z');
const before = new Date('2026-03-01T09:59:59Z');
const after = new Date('2026-03-01T10:00:01Z');
const { secret } = aSessionRecord();
const keyIds = ['k0', 'k1'];

describe('the life of a session', () => {
  it.each<[StoredSessionStatus, Parameters<typeof statusAfter>[1], StoredSessionStatus]>([
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
    ['active', 'refresh', 'active'],
    ['active', 'refresh-fail', 'needs_attention'],
    ['active', 'grant-reject', 'reauth_required'],
    ['active', 'give-up', 'exhausted'],
    ['needs_attention', 'refresh', 'active'],
    ['exhausted', 'refresh', 'active'],
    ['reauth_required', 'refresh', 'active'],
    ['reauth_required', 'refresh-fail', 'reauth_required'],
    ['disabled', 'grant-reject', 'disabled'],
    ['disabled', 'refresh', 'disabled'],
  ])('goes from %s by %s to %s', (status, event, next) => {
    expect(statusAfter(status, event)).toBe(next);
  });

  it('ends from every state of the vault, and after that only by being forgotten', () => {
    const { deleted, purged, ...stored } = transitions;

    for (const state of Object.values(stored))
      expect(state).toMatchObject({ delete: 'deleted', disable: 'disabled', 'replace-secret': 'active' });
    expect(deleted).toEqual({ purge: 'purged' });
    expect(purged).toEqual({});
  });

  it('is expired from the very moment of its expiry', () => {
    expect(statusOf({ secret, status: 'active', expiresAt: before }, now, keyIds)).toBe('expired');
    expect(statusOf({ secret, status: 'active', expiresAt: now }, now, keyIds)).toBe('expired');
    expect(statusOf({ secret, status: 'active', expiresAt: after }, now, keyIds)).toBe('active');
    expect(statusOf({ secret, status: 'active' }, now, keyIds)).toBe('active');
  });

  it('shows stored trouble rather than the expiry', () => {
    expect(statusOf({ secret, status: 'disabled', expiresAt: before }, now, keyIds)).toBe('disabled');
  });

  it.each<StoredSessionStatus>(['active', 'disabled', 'reauth_required'])(
    'is unreadable where its key is not at hand, however %s',
    (status) => {
      expect(statusOf({ secret, status, expiresAt: before }, now, ['k0'])).toBe('unreadable');
    },
  );

  it('shows a row without the secret and what guards it', () => {
    const record = aSessionRecord({ label: 'Team', expiresAt: before, secretHint: 'abcd' });
    const session = sessionFromRecord(record, now, keyIds);
    expect(session).toEqual({
      id: record.id,
      nextStep: expect.stringContaining('give its key again'),
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
