import type { ProviderId } from '../../contracts/provider-id.js';
import type { SealedSecret } from '../../contracts/session.js';
import { SessionId } from '../../contracts/session.js';
import type { SpooledResult } from '../../core/refresh/refresh-spool.port.js';
import type { KeptGrant } from '../../core/refresh/refresh-store.port.js';

type Values = Readonly<Record<string, unknown>>;

/** Codes, times and sealed bytes: nothing in clear that is a secret. */
export function textFromResult({ secret, replaced, ...result }: SpooledResult): string {
  return JSON.stringify({
    ...result,
    secret: textOf(secret),
    ...(replaced !== undefined && { replaced: { ...replaced, secret: textOf(replaced.secret) } }),
  });
}

/** `undefined` where the text is no result. What is changed in it by hand is found out when the secret is opened. */
export function resultFromText(text: string): SpooledResult | undefined {
  const values = valuesIn(text);
  if (values === undefined) return undefined;
  const place = placeIn(values);
  const secret = secretIn(values['secret']);
  const [issuedAt, nextRefreshAt, expiresAt] = ['issuedAt', 'nextRefreshAt', 'expiresAt'].map((name) => dateIn(values, name));
  const { epoch, fromVersion, fingerprint, attemptId } = values;
  if (place === undefined || secret === undefined || issuedAt === undefined || nextRefreshAt === undefined) return undefined;
  if (typeof epoch !== 'number' || typeof fromVersion !== 'number' || typeof fingerprint !== 'string' || typeof attemptId !== 'string')
    return undefined;
  const replaced = grantIn(values['replaced']);
  const times = { issuedAt, nextRefreshAt, ...(expiresAt !== undefined && { expiresAt }) };
  return { ...place, attemptId, epoch, fromVersion, fingerprint, secret, ...times, ...(replaced !== undefined && { replaced }) };
}

function textOf({ bytes, keyId }: SealedSecret): Values {
  return { bytes: Buffer.from(bytes).toString('base64'), keyId };
}

function valuesIn(text: string): Values | undefined {
  try {
    return recordIn(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function recordIn(value: unknown): Values | undefined {
  return typeof value === 'object' && value !== null ? { ...value } : undefined;
}

function placeIn({ sessionId, provider }: Values): Pick<SpooledResult, 'sessionId' | 'provider'> | undefined {
  if (typeof sessionId !== 'string' || typeof provider !== 'string') return undefined;
  // Parsed before it was written.
  return { sessionId: SessionId.of(sessionId), provider: provider as ProviderId };
}

function secretIn(value: unknown): SealedSecret | undefined {
  const { bytes, keyId } = recordIn(value) ?? {};
  return typeof bytes === 'string' && typeof keyId === 'string' ? { bytes: Buffer.from(bytes, 'base64'), keyId } : undefined;
}

function grantIn(value: unknown): KeptGrant | undefined {
  const values = recordIn(value);
  const place = values && placeIn(values);
  const secret = secretIn(values?.['secret']);
  const { id, secretVersion } = values ?? {};
  if (place === undefined || secret === undefined || typeof id !== 'string' || typeof secretVersion !== 'number') return undefined;
  return { ...place, id, secret, secretVersion };
}

function dateIn(values: Values, name: string): Date | undefined {
  const value = values[name];
  return typeof value === 'string' ? new Date(value) : undefined;
}
