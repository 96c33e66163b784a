import type { ServerResponse } from 'node:http';

/** Characters; proxies give up at a few thousand for all headers together. */
const longestList = 1_000;

const headerName = 'x-maestro-untranslated';

/**
 * What the client said and the provider was not told, or the other way round: paths in the request, names of our types, kinds of
 * event.
 */
export function tellUntranslated(raw: ServerResponse, notices: readonly string[]): void {
  const text = headerText(notices);
  if (text !== '') raw.setHeader(headerName, text);
}

/** Announced before a body of which only its end tells what it could not say: the trailer fields of RFC 9110, section 6.5. */
export const untranslatedTrailer = { trailer: headerName };

/** For what a stream could not say: known too late for a header. Clients that read no trailers lose nothing. */
export function tellUntranslatedAtEnd(raw: ServerResponse, notices: Iterable<string>): void {
  const text = headerText(notices);
  if (text !== '') raw.addTrailers({ [headerName]: text });
}

function headerText(notices: Iterable<string>): string {
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
  return text;
}
