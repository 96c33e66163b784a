/** The `code` of a Node error or an SQLSTATE of PostgreSQL. Not by `instanceof`: errors of another realm are errors too. */
export function errorCodeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
