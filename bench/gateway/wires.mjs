// What the mock providers answer, hand-made after the vendors' documented shapes, and what a client must read of it.

/** @returns {string[]} the words of an answer of so many deltas */
const words = (count) => Array.from({ length: count }, (_, index) => ` word${String(index)}`);
const data = (value) => `data: ${JSON.stringify(value)}\n\n`;
const crlf = (value) => `data: ${JSON.stringify(value)}\r\n\r\n`;
const named = (value) => `event: ${value.type}\n${data(value)}`;

const usage = { prompt_tokens: 24, completion_tokens: 100, total_tokens: 124 };
const chatChunk = (choices, extra = {}) =>
  data({
    id: 'chatcmpl-bench',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'bench-model',
    system_fingerprint: 'fp_bench',
    choices,
    ...extra,
  });

/** Frames of a streamed answer, one a delta, by wire. */
export const frames = {
  openai: (count) => [
    chatChunk([{ index: 0, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }]),
    ...words(count).map((content) => chatChunk([{ index: 0, delta: { content }, logprobs: null, finish_reason: null }])),
    chatChunk([{ index: 0, delta: {}, logprobs: null, finish_reason: 'stop' }]),
    chatChunk([], { usage }),
    'data: [DONE]\n\n',
  ],
  anthropic: (count) => [
    named({
      type: 'message_start',
      message: {
        id: 'msg_bench',
        type: 'message',
        role: 'assistant',
        model: 'bench-model',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: 24, output_tokens: 1 },
      },
    }),
    named({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
    ...words(count).map((text) => named({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
    named({ type: 'content_block_stop', index: 0 }),
    named({ type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 100 } }),
    named({ type: 'message_stop' }),
  ],
  // Google ends its lines with CRLF.
  gemini: (count) =>
    words(count).map((text, index) =>
      crlf({
        candidates: [{ content: { parts: [{ text }], role: 'model' }, index: 0, ...(index === count - 1 && { finishReason: 'STOP' }) }],
        usageMetadata: { promptTokenCount: 24, candidatesTokenCount: index + 1, totalTokenCount: 25 + index },
        modelVersion: 'bench-model',
        responseId: 'bench',
      }),
    ),
};

/** Whole answers, by wire. */
export const wholes = {
  openai: () => ({
    id: 'chatcmpl-bench',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'bench-model',
    choices: [
      { index: 0, message: { role: 'assistant', content: words(100).join(''), refusal: null }, logprobs: null, finish_reason: 'stop' },
    ],
    usage,
  }),
};

/** The text that a client of Chat Completions reads from a body; `undefined` where the body is not whole. */
export function chatText(body, isStream) {
  if (!isStream) return JSON.parse(body).choices?.[0]?.message?.content;
  let text = '';
  let isOver = false;
  for (const line of body.split('\n')) {
    if (!line.startsWith('data: ') || line === 'data: [DONE]') continue;
    const [choice] = JSON.parse(line.slice(6)).choices ?? [];
    text += choice?.delta?.content ?? '';
    if (typeof choice?.finish_reason === 'string') isOver = true;
  }
  return isOver ? text : undefined;
}

export const expectedText = (count) => words(count).join('');

/** The request of every measured call; a short conversation. */
export function chatRequest(model, stream) {
  return JSON.stringify({
    model,
    messages: [
      { role: 'system', content: 'You are a careful assistant that answers in plain words and never makes things up.' },
      { role: 'user', content: 'What is a gateway, and when would somebody put one between a program and its providers?' },
      { role: 'assistant', content: 'A gateway is a server that stands between programs and the services that they call.' },
      { role: 'user', content: 'And what does it cost?' },
    ],
    max_tokens: 1_000,
    ...(stream && { stream: true, stream_options: { include_usage: true } }),
  });
}
