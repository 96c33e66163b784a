/**
 * An archive is lines of JSON: a header; for each table a heading with the number of its rows, then the rows; a manifest; a
 * signature. The manifest has the SHA-256 of all lines before it, the signature is an HMAC of the manifest's line.
 */
export const formatVersion = 1;

export interface Header {
  readonly maestroArchive: number;
  /** RFC 3339. */
  readonly createdAt: string;
  /** The last migration step of the database. */
  readonly schema: string;
}

export interface Heading {
  readonly table: string;
  readonly rows: number;
}

export interface Manifest {
  readonly rows: Readonly<Record<string, number>>;
  /** Needed to open what is in here. */
  readonly keyIds: readonly string[];
  /** Ids of sessions that did not open when the archive was made. */
  readonly unreadable: readonly string[];
  /** In hexadecimal digits, of every byte before the manifest's line. */
  readonly sha256: string;
}

export interface Signature {
  /** Of the key that the HMAC's own key is derived from. */
  readonly keyId: string;
  /** In hexadecimal digits. */
  readonly hmacSha256: string;
}

/** For which the signing key is derived; nothing else is signed with it. */
export const signingPurpose = 'archive-1';

export function lineFrom(value: Header | Heading | Manifest | Signature): string {
  return JSON.stringify(value);
}

export function headerFromLine(line: string): Header | undefined {
  const value = objectFrom(line);
  const { maestroArchive, createdAt, schema } = value;
  if (typeof maestroArchive !== 'number' || typeof createdAt !== 'string' || typeof schema !== 'string') return undefined;
  return { maestroArchive, createdAt, schema };
}

export function headingFromLine(line: string): Heading | undefined {
  const { table, rows } = objectFrom(line);
  return typeof table === 'string' && isCount(rows) ? { table, rows } : undefined;
}

export function manifestFromLine(line: string): Manifest | undefined {
  const { rows, keyIds, unreadable, sha256 } = objectFrom(line);
  if (typeof sha256 !== 'string' || !isTextList(keyIds) || !isTextList(unreadable) || !isCounts(rows)) return undefined;
  return { rows, keyIds, unreadable, sha256 };
}

export function signatureFromLine(line: string): Signature | undefined {
  const { keyId, hmacSha256 } = objectFrom(line);
  return typeof keyId === 'string' && typeof hmacSha256 === 'string' ? { keyId, hmacSha256 } : undefined;
}

/** What is no object has none of the members that are looked for. */
export function objectFrom(line: string): Readonly<Partial<Record<string, unknown>>> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((part) => typeof part === 'string');
}

function isCounts(value: unknown): value is Readonly<Record<string, number>> {
  return typeof value === 'object' && value !== null && Object.values(value).every(isCount);
}
