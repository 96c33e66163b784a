// What a dialect's decoder costs for each delta, beside the least that reading it can cost: split the lines, parse the JSON.
import { decodeStream } from '../dist/kit/decode-stream.js';
import { summary, table } from './measure.mjs';

const deltas = 1_000;
/** The first half warms up: on a loaded machine the compiler takes that long. */
const rounds = 120;

/** Hand-made streams of the four wires: a start, a thousand small deltas, an end. */
async function wires() {
  const { openAiChatDecoder } = await import('../dist/dialects/openai-chat/stream-decoder.js');
  const { openAiResponsesDecoder } = await import('../dist/dialects/openai-responses/stream-decoder.js');
  const { anthropicMessagesDecoder } = await import('../dist/dialects/anthropic-messages/stream-decoder.js');
  const { geminiGenerateContentDecoder } = await import('../dist/dialects/gemini-generate-content/stream-decoder.js');
  const many = (make) => Array.from({ length: deltas }, (_, index) => make(` word${String(index)}`));
  const data = (value) => `data: ${JSON.stringify(value)}\n\n`;
  const named = (value) => `event: ${value.type}\n${data(value)}`;
  const chunk = (delta, finish = null) =>
    data({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] });
  return {
    'openai-chat': {
      decoder: openAiChatDecoder,
      text: [...many((content) => chunk({ content })), chunk({}, 'stop'), 'data: [DONE]\n\n'].join(''),
    },
    'openai-responses': {
      decoder: openAiResponsesDecoder,
      text: [
        named({ type: 'response.created', response: { id: 'r1', model: 'm', status: 'in_progress', output: [] } }),
        named({ type: 'response.output_item.added', output_index: 0, item: { id: 'i1', type: 'message', role: 'assistant', content: [] } }),
        ...many((delta) => named({ type: 'response.output_text.delta', item_id: 'i1', output_index: 0, content_index: 0, delta })),
        named({
          type: 'response.completed',
          response: { id: 'r1', model: 'm', status: 'completed', output: [], usage: { input_tokens: 1, output_tokens: 1 } },
        }),
      ].join(''),
    },
    'anthropic-messages': {
      decoder: anthropicMessagesDecoder,
      text: [
        named({
          type: 'message_start',
          message: { id: 'm1', type: 'message', role: 'assistant', model: 'm', content: [], usage: { input_tokens: 1, output_tokens: 1 } },
        }),
        named({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
        ...many((text) => named({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
        named({ type: 'content_block_stop', index: 0 }),
        named({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 9 } }),
        named({ type: 'message_stop' }),
      ].join(''),
    },
    'gemini-generate-content': {
      decoder: geminiGenerateContentDecoder,
      text: [
        ...many((text) => data({ candidates: [{ content: { role: 'model', parts: [{ text }] } }], modelVersion: 'm', responseId: 'r1' })),
        data({
          candidates: [{ content: { role: 'model', parts: [{ text: '' }] }, finishReason: 'STOP' }],
          usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 9 },
        }),
      ].join(''),
    },
  };
}

/** The least: events split by blank lines, each `data:` parsed. */
function floor(pieces) {
  let count = 0;
  let rest = '';
  const decoder = new TextDecoder();
  for (const piece of pieces) {
    const frames = (rest + decoder.decode(piece, { stream: true })).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const at = frame.indexOf('data: ');
      const text = frame.slice(at + 6);
      if (text !== '[DONE]' && typeof JSON.parse(text) === 'object') count += 1;
    }
  }
  return count;
}

async function* inTurn(pieces) {
  yield* pieces;
}

export async function benchDecode() {
  const rows = [];
  for (const [wire, { decoder, text }] of Object.entries(await wires())) {
    const bytes = Buffer.from(text);
    const pieces = [];
    for (let at = 0; at < bytes.length; at += 4096) pieces.push(bytes.subarray(at, at + 4096));
    const samples = { ours: [], floor: [] };
    for (let round = 0; round < rounds; round += 1) {
      let begin = process.hrtime.bigint();
      floor(pieces);
      samples.floor.push(Number(process.hrtime.bigint() - begin) / 1000 / deltas);
      begin = process.hrtime.bigint();
      let events = 0;
      for await (const event of decodeStream(inTurn(pieces), decoder('bench'), 'bench')) events += event.type === 'usage' ? 0 : 1;
      samples.ours.push(Number(process.hrtime.bigint() - begin) / 1000 / deltas);
      if (events < deltas) throw new Error(`${wire}: ${String(events)} events of ${String(deltas)}`);
    }
    rows.push({ wire, ours: summary(samples.ours.slice(rounds / 2)), floor: summary(samples.floor.slice(rounds / 2)) });
  }
  table(
    'A decoder, µs for each delta (4 KiB reads)',
    rows.map(({ wire, ours, floor: least }) => ({
      wire,
      'ours p50': ours.p50.toFixed(2),
      'floor p50': least.p50.toFixed(2),
      'ours ÷ floor': (ours.p50 / least.p50).toFixed(2),
    })),
  );
  return rows;
}
