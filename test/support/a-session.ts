import { randomUUID } from 'node:crypto';

import type { Caller, Scope } from '../../src/contracts/caller.js';
import type { ApiKeyCredentials, OAuthCredentials } from '../../src/contracts/credentials.js';
import { ProviderId } from '../../src/contracts/provider-id.js';
import { Secret } from '../../src/contracts/secret.js';
import type { SessionRecord } from '../../src/contracts/session.js';
import { SessionId } from '../../src/contracts/session.js';
import { SessionName } from '../../src/contracts/session-name.js';

/** A row of the vault with nothing special about it. */
export function aSessionRecord(special: Partial<SessionRecord> = {}): SessionRecord {
  const at = new Date('2026-03-01T09:00:00Z');
  return {
    id: SessionId.of(randomUUID()),
    provider: ProviderId.parse('whole'),
    authType: 'api_key',
    name: SessionName.parse('work_key'),
    status: 'active',
    secret: { bytes: Buffer.from('sealed'), keyId: 'k1' },
    secretVersion: 1,
    generation: 1,
    createdAt: at,
    updatedAt: at,
    ...special,
  };
}

export function anApiKey(key = 'whole-key-0123456789abcd'): ApiKeyCredentials {
  return { authType: 'api_key', apiKey: Secret.of(key), extra: {} };
}

export function tokens(special: Partial<OAuthCredentials> = {}): OAuthCredentials {
  return { authType: 'oauth', accessToken: Secret.of('access-0123456789abcdef'), tokenType: 'Bearer', scopes: [], extra: {}, ...special };
}

export function aCaller(scopes: readonly Scope[], ...names: readonly string[]): Caller {
  return { id: 'c1', name: 'team', scopes, grants: names.map((name) => ({ provider: '*', name })) };
}
