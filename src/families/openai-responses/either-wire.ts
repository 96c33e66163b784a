import type { StreamDecoder } from '../../contracts/behaviours/stream-decoder.js';
import type { StreamState, StreamStep } from '../../contracts/behaviours/streaming.behaviour.js';
import type { ServerSentEvent } from '../../contracts/wire-request.js';
import type { ChatState } from '../../dialects/openai-chat/stream-state.js';
import { isChatState } from '../../dialects/openai-chat/stream-state.js';
import type { ResponsesState } from '../../dialects/openai-responses/stream-state.js';
import { isResponsesState } from '../../dialects/openai-responses/stream-state.js';
import { isRecord, jsonFrom } from '../../kit/read-body.js';

/** `parseStreamEvent` of a vendor that answers in Responses or in Chat Completions. */
export function stepOfEither(responses: StreamDecoder<ResponsesState>, chat: StreamDecoder<ChatState>) {
  return (event: ServerSentEvent, state: StreamState | undefined): StreamStep => {
    if (isChatState(state)) return chat.decode(event, state);
    if (isResponsesState(state)) return responses.decode(event, state);
    return isChatChunk(event) ? chat.decode(event, undefined) : responses.decode(event, undefined);
  };
}

/** Events of Responses carry a type, in the data or as their name; those of Chat Completions have neither. */
function isChatChunk({ event, data }: ServerSentEvent): boolean {
  const chunk = jsonFrom(data);
  return event === undefined && isRecord(chunk) && typeof chunk['type'] !== 'string';
}
