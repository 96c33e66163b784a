import type { Credentials } from '../../contracts/credentials.js';
import type { Secret } from '../../contracts/secret.js';

/** A credential in a file, before it is known whose it is. */
export interface Found {
  /** `variable`: `key` is an environment variable's name; `account`: it is what the tool calls the provider. */
  readonly kind: 'variable' | 'account';
  readonly key: string;
  readonly credentials: Credentials;
  /** The address that the credential is for, where the file says one. */
  readonly baseUrl?: string;
}

export interface Parsed {
  readonly found: readonly Found[];
  /** What could not be read, and where; no word of the file but names. */
  readonly troubles: readonly string[];
}

/** Reads one file. Pure, and never throws: what it cannot read is a trouble. */
export type ImportParser = (text: Secret) => Parsed;

export function apiKeyFound(kind: Found['kind'], key: string, apiKey: Secret): Found {
  return { kind, key, credentials: { authType: 'api_key', apiKey, extra: {} } };
}
