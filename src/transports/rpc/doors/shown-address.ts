/** An address without the name and the password of who goes there. */
export function shownAddress(url: string): string {
  return url.replace(/^([a-z]+:\/\/)[^/]*@/i, '$1');
}
