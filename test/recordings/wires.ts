import { eventsFromAnswer } from '../../src/dialects/anthropic-messages/answer.js';
import type { MessagesState } from '../../src/dialects/anthropic-messages/stream-decoder.js';
import { anthropicMessagesDecoder } from '../../src/dialects/anthropic-messages/stream-decoder.js';
import { geminiGenerateContentDecoder } from '../../src/dialects/gemini-generate-content/stream-decoder.js';
import type { GenerateContentState } from '../../src/dialects/gemini-generate-content/stream-state.js';
import { eventsFromChatAnswer } from '../../src/dialects/openai-chat/answer.js';
import { openAiChatDecoder } from '../../src/dialects/openai-chat/stream-decoder.js';
import type { ChatState } from '../../src/dialects/openai-chat/stream-state.js';
import { eventsFromResponse } from '../../src/dialects/openai-responses/answer.js';
import { openAiResponsesDecoder } from '../../src/dialects/openai-responses/stream-decoder.js';
import type { ResponsesState } from '../../src/dialects/openai-responses/stream-state.js';
import type { StreamDecoder } from '../../src/contracts/behaviours/stream-decoder.js';
import { decodeStream } from '../../src/kit/decode-stream.js';
import type { RecordedWire } from './cases.js';
import { chatRulings, responsesRulings } from './rulings.js';
import type { WireUnderTest } from './wire-suite.js';

export const chatWire: WireUnderTest<ChatState> = {
  api: 'chat',
  decoder: openAiChatDecoder,
  eventsFromAnswer: eventsFromChatAnswer,
  isTerminated: (text) => /"finish_reason": ?"\w/.test(text),
  midwayFailure: 'upstream.failed',
  corrections: chatRulings,
};

export const responsesWire: WireUnderTest<ResponsesState> = {
  api: 'responses',
  decoder: openAiResponsesDecoder,
  eventsFromAnswer: eventsFromResponse,
  isTerminated: (text) => /"type": ?"response\.(completed|incomplete|failed)"/.test(text),
  midwayFailure: 'upstream.failed',
  corrections: responsesRulings,
};

export const messagesWire: WireUnderTest<MessagesState> = {
  api: 'messages',
  providers: ['anthropic'],
  decoder: anthropicMessagesDecoder,
  eventsFromAnswer,
  isTerminated: (text) => /"type": ?"message_stop"/.test(text),
  midwayFailure: 'upstream.overloaded',
  corrections: {},
};

export const generateContentWire: WireUnderTest<GenerateContentState> = {
  api: 'generate-content',
  providers: ['gemini', 'vertex'],
  decoder: geminiGenerateContentDecoder,
  // A whole answer is a stream of one event.
  eventsFromAnswer: (provider, answer) => decodeStream(oneEvent(JSON.stringify(answer)), geminiGenerateContentDecoder(provider), provider),
  isTerminated: (text) => /"(?:finishReason|blockReason)"/.test(text),
  midwayFailure: 'upstream.overloaded',
  corrections: {},
};

async function* oneEvent(data: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`data: ${data}\n\n`);
}

/** The wire's decoder for whoever looks at its events only. */
export function decoderOf(api: RecordedWire, provider: string): StreamDecoder {
  switch (api) {
    case 'chat':
      return chatWire.decoder(provider);
    case 'responses':
      return responsesWire.decoder(provider);
    case 'messages':
      return messagesWire.decoder(provider);
    case 'generate-content':
      return generateContentWire.decoder(provider);
  }
}
