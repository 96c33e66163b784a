import type { StreamOptions } from '../../contracts/behaviours/streaming.behaviour.js';
import type { ChatMessage } from '../../contracts/chat.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import { encodeRequest } from '../../dialects/gemini-generate-content/request.js';
import { unsaidInGenerateContent } from '../../dialects/gemini-generate-content/request-unsaid.js';
import { geminiGenerateContentDecoder } from '../../dialects/gemini-generate-content/stream-decoder.js';
import { withUntranslated } from '../../kit/untranslated.js';
import type { WireCall } from '../../kit/wire-call.js';
import { openStream } from '../../kit/wire-call.js';

/** @param callOf what sends this body to the model's `:streamGenerateContent?alt=sse` */
export async function streamContent(
  provider: string,
  messages: readonly ChatMessage[],
  { signal: _signal, ...rest }: StreamOptions,
  callOf: (body: object) => WireCall,
): Promise<AsyncIterable<StreamEvent>> {
  const request = { ...rest, messages };
  const stream = await openStream(callOf(encodeRequest(request, provider)), geminiGenerateContentDecoder(provider));
  return withUntranslated(stream, unsaidInGenerateContent(request, provider));
}
