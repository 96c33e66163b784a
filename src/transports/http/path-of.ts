/** An address without its query: what stands there may be a secret, and is neither shown nor logged. */
export function pathOf(url: string): string {
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}
