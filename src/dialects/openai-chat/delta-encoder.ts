import type { JsonObject } from '../../contracts/chat.js';
import type { Citation, ReasoningDelta } from '../../contracts/stream-event.js';
import { isRecord } from '../../kit/read-body.js';
import { detailsOfThought } from './reasoning-details.js';
import type { Addition, ChatEncoderState } from './encoder-state.js';

/** The words in the field that readers of thoughts look at, and all of it in the one that clients give back. */
export function thoughtDelta({ part, text, signature, encrypted, id }: ReasoningDelta, { thoughts }: ChatEncoderState): Addition {
  const known = thoughts.indexOf(part);
  const block = known === -1 ? thoughts.length : known;
  const details = detailsOfThought(
    {
      ...(text !== undefined && { text }),
      ...(signature !== undefined && { signature }),
      ...(encrypted !== undefined && { encrypted }),
      ...(id !== undefined && { id }),
    },
    block,
  );
  return {
    ...((text !== undefined || details.length > 0) && {
      delta: { ...(text !== undefined && { reasoning_content: text }), reasoning_details: details },
    }),
    ...(known === -1 && { state: { thoughts: [...thoughts, part] } }),
  };
}

/** The wire cites addresses only. */
export function annotationFrom({ url, title, citedText, start, end, data }: Citation): Addition {
  if (data !== undefined && isRecord(data['url_citation'])) return { delta: { annotations: [data] } };
  if (url === undefined) return { notices: ['citation'] };
  const url_citation: JsonObject = {
    url,
    title: title ?? '',
    ...(start !== undefined && { start_index: start }),
    ...(end !== undefined && { end_index: end }),
  };
  return {
    delta: { annotations: [{ type: 'url_citation', url_citation }] },
    ...(citedText !== undefined && { notices: ['citation citedText'] }),
  };
}
