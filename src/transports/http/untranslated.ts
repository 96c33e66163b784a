import type { ServerResponse } from 'node:http';

/** Characters; proxies give up at a few thousand for all headers together. */
const longestList = 1_000;

/**
 * What the client said and the provider was not told, or the other way round: paths in the request, names of our types, kinds of
 * event.
 */
export function tellUntranslated(raw: ServerResponse, notices: readonly string[]): void {
  const told = [...new Set(notices)].map((notice) => notice.replace(/[^\x20-\x2b\x2d-\x7e]/g, '?').slice(0, 100));
  let text = '';
  for (const notice of told) {
    const longer = text === '' ? notice : `${text}, ${notice}`;
    if (longer.length > longestList) {
      text += ', ...';
      break;
    }
    text = longer;
  }
  if (text !== '') raw.setHeader('x-maestro-untranslated', text);
}
