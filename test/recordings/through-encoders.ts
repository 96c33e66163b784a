import type { StreamDecoder } from '../../src/contracts/behaviours/stream-decoder.js';
import type { StreamEncoder } from '../../src/contracts/behaviours/stream-encoder.js';
import type { StreamState } from '../../src/contracts/behaviours/streaming.behaviour.js';
import type { ServerSentEvent } from '../../src/contracts/wire-request.js';
import { anthropicMessagesDecoder } from '../../src/dialects/anthropic-messages/stream-decoder.js';
import { geminiGenerateContentDecoder } from '../../src/dialects/gemini-generate-content/stream-decoder.js';
import { openAiChatDecoder } from '../../src/dialects/openai-chat/stream-decoder.js';
import { openAiResponsesDecoder } from '../../src/dialects/openai-responses/stream-decoder.js';
import type { Recording } from './cases.js';
import type { ReadStream } from './summary.js';
import { readStream } from './summary.js';

/** What a provider said, as its own dialect reads it. */
export function recordedStream({ api, provider, body }: Recording): Promise<ReadStream> {
  switch (api) {
    case 'chat':
      return readStream([body], openAiChatDecoder(provider), provider);
    case 'responses':
      return readStream([body], openAiResponsesDecoder(provider), provider);
    case 'messages':
      return readStream([body], anthropicMessagesDecoder(provider), provider);
    case 'generate-content':
      return readStream([body], geminiGenerateContentDecoder(provider), provider);
  }
}

export interface Written {
  readonly text: string;
  readonly frames: readonly ServerSentEvent[];
  readonly notices: readonly string[];
}

/** A stream, or what came before its failure, as a client is sent it. */
function written<State extends StreamState>({ events, error }: ReadStream, encoder: StreamEncoder<State>): Written {
  let state: State | undefined;
  const frames: ServerSentEvent[] = [];
  const notices: string[] = [];
  for (const event of events) {
    const step = encoder.encode(event, state);
    state = step.state;
    frames.push(...step.frames);
    notices.push(...step.notices);
  }
  if (error !== undefined) frames.push(...encoder.fail(error, state));
  return { frames, notices, text: frames.map(textOf).join('') };
}

function textOf({ event, data }: ServerSentEvent): string {
  return `${event === undefined ? '' : `event: ${event}\n`}data: ${data}\n\n`;
}

/** What a client reads of a stream that goes through us, by the dialect's own decoder. */
export async function readThrough<Encoding extends StreamState, Decoding extends StreamState>(
  stream: ReadStream,
  encoder: StreamEncoder<Encoding>,
  decoder: StreamDecoder<Decoding>,
): Promise<{ readonly read: ReadStream; readonly notices: readonly string[] }> {
  const { text, notices } = written(stream, encoder);
  return { read: await readStream([Buffer.from(text)], decoder, 'maestro'), notices };
}
