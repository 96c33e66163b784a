/** The `code` that Node gives its errors. Not by `instanceof`: errors of another realm are errors too. */
export function errorCodeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unreadable';
}
