import type { ContentPart, JsonObject } from '../../src/contracts/chat.js';
import type { ChatAnswer } from '../../src/contracts/stream-event.js';
import { encodeMessagesAnswer } from '../../src/dialects/anthropic-messages/answer-encoder.js';
import { decodeMessagesRequest } from '../../src/dialects/anthropic-messages/request-decoder.js';
import { encodeGenerateContentAnswer } from '../../src/dialects/gemini-generate-content/answer-encoder.js';
import { decodeGenerateContentRequest } from '../../src/dialects/gemini-generate-content/request-decoder.js';
import { encodeChatAnswer } from '../../src/dialects/openai-chat/answer-encoder.js';
import { decodeChatRequest } from '../../src/dialects/openai-chat/request-decoder.js';
import { encodeResponsesAnswer } from '../../src/dialects/openai-responses/answer-encoder.js';
import { decodeResponsesRequest } from '../../src/dialects/openai-responses/request-decoder.js';
import { recordsIn } from '../../src/dialects/openai-chat/wire.js';

/** What providers of all wires want back, as it reaches a client that then sends its history. */
const content: readonly ContentPart[] = [
  { type: 'reasoning', text: 'Hm', signature: 'EqQBCgIYAhIM+/=' },
  { type: 'reasoning', encrypted: 'redacted+/=' },
  { type: 'reasoning', text: 'A summary', id: 'rs_1', encrypted: 'gAAAA' },
  { type: 'text', text: 'Let me see.' },
  { type: 'tool-call', callId: 'toolu_1', name: 'f', arguments: { x: 1 }, providerData: { thoughtSignature: 'CiQB+/=' } },
  { type: 'tool-call', callId: 'call_2', name: 'g', arguments: {} },
];

const answer: ChatAnswer = { streamId: 's', id: 'a', model: 'm', role: 'assistant', content, reason: 'tool-calls' };

function throughJson(body: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(body)) as JsonObject;
}

/** A client that keeps an answer's message or items as they came, through JSON. */
const clients: readonly (readonly [string, () => unknown])[] = [
  [
    'Chat Completions',
    () => {
      const { body } = encodeChatAnswer(answer, { created: 0 });
      const [choice] = recordsIn(throughJson(body), 'choices');
      return decodeChatRequest({ model: 'm', messages: [choice?.['message']] }, 'own').request.messages;
    },
  ],
  [
    'Responses',
    () => {
      const { body } = encodeResponsesAnswer(answer, { created: 0 });
      return decodeResponsesRequest({ model: 'm', input: recordsIn(throughJson(body), 'output') }, 'own').request.messages;
    },
  ],
  [
    'Messages',
    () => {
      const { body } = encodeMessagesAnswer(answer);
      const { role, content: blocks } = throughJson(body);
      return decodeMessagesRequest({ model: 'm', messages: [{ role, content: blocks }] }).request.messages;
    },
  ],
  [
    'generateContent',
    () => {
      const { body } = encodeGenerateContentAnswer(answer);
      const [candidate] = recordsIn(throughJson(body), 'candidates');
      const call = { model: 'm', stream: true };
      return decodeGenerateContentRequest({ contents: [candidate?.['content']] }, undefined, call).request.messages;
    },
  ],
];

describe('what a provider wants back', () => {
  it.each(clients)('comes back to it through a client of %s', (_wire, returned) => {
    expect(returned()).toEqual([{ role: 'assistant', content }]);
  });
});
