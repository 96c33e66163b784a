import type { Secret } from '../../contracts/secret.js';
import type { JsonRecord } from '../json-fields.js';
import { isRecord, jsonFrom } from '../read-body.js';

/**
 * The claims of a JWT, its signature unchecked: hints about an account or a lifetime, never a proof of anything. `undefined`
 * where the token is no JWT.
 */
export function unverifiedClaims(token: Secret): JsonRecord | undefined {
  const [, payload, signature, ...more] = token.reveal().split('.');
  if (payload === undefined || signature === undefined || more.length > 0) return undefined;
  const claims = jsonFrom(Buffer.from(payload, 'base64url').toString('utf8'));
  return isRecord(claims) ? claims : undefined;
}
