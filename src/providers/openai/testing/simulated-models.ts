import type { JsonObject } from '../../../contracts/chat.js';
import type { SimulatedAnswer } from '../../../kit/simulator-server.js';
import { noSuchModel } from '../../../families/openai-chat/testing/simulated-failures.js';

/** Names that our catalogue knows and does not; the vendor gives them all on one page. */
const models: readonly JsonObject[] = ['gpt-sim-large', 'gpt-5-2025-08-07', 'gpt-4o-mini', 'text-embedding-3-small'].map((id, at) => ({
  id,
  object: 'model',
  created: 1_750_000_000 + at,
  owned_by: 'system',
}));

export function modelList(): SimulatedAnswer {
  return { status: 200, body: JSON.stringify({ object: 'list', data: models }) };
}

export function modelAnswer(id: string): SimulatedAnswer {
  const found = models.find((model) => model['id'] === id);
  return found === undefined ? noSuchModel(id) : { status: 200, body: JSON.stringify(found) };
}
