import type { JsonObject } from '../../../contracts/chat.js';
import type { SimulatedAnswer } from '../../../kit/simulator-server.js';
import { failure } from '../../../families/anthropic-messages/testing/simulated-chat.js';

/** Hand-made, after the wire's documentation: one that tells all, one that tells what it cannot, one that tells nothing. */
const models: readonly JsonObject[] = [
  {
    type: 'model',
    id: 'claude-sim-large',
    display_name: 'Claude Simulated Large',
    created_at: '2026-03-01T00:00:00Z',
    max_input_tokens: 1_000_000,
    max_tokens: 128_000,
    capabilities: {
      image_input: { supported: true },
      pdf_input: { supported: true },
      structured_outputs: { supported: true },
      thinking: { supported: true, types: { enabled: { supported: false }, adaptive: { supported: true } } },
    },
  },
  {
    type: 'model',
    id: 'claude-sim-small',
    display_name: 'Claude Simulated Small',
    created_at: '2026-02-01T00:00:00Z',
    max_input_tokens: 200_000,
    max_tokens: 64_000,
    capabilities: { image_input: { supported: true }, thinking: { supported: false }, pdf_input: null },
  },
  { type: 'model', id: 'sim-text', display_name: 'Simulated text', created_at: '2026-01-01T00:00:00Z', capabilities: null },
];

/** Small, so that any list has more than one. */
const largestPage = 2;

export function modelList(query: URLSearchParams): SimulatedAnswer {
  const after = query.get('after_id');
  const start = after === null ? 0 : models.findIndex(({ id }) => id === after) + 1;
  const limit = Math.min(Number(query.get('limit') ?? largestPage), largestPage);
  const data = models.slice(start, start + limit);
  const page = {
    data,
    has_more: start + data.length < models.length,
    first_id: data.at(0)?.['id'] ?? null,
    last_id: data.at(-1)?.['id'] ?? null,
  };
  return { status: 200, body: JSON.stringify(page) };
}

export function modelAnswer(modelId: string): SimulatedAnswer {
  const model = models.find(({ id }) => id === modelId);
  return model === undefined ? failure(404, 'not_found_error', `model: ${modelId}`) : { status: 200, body: JSON.stringify(model) };
}
