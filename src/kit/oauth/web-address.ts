/** A page or an endpoint: nothing that would run as a script where somebody makes a link of it. */
export function isWebAddress(text: string): boolean {
  return URL.canParse(text) && ['https:', 'http:'].includes(new URL(text).protocol);
}
