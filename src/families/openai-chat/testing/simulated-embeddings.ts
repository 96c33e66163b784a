import { isRecord, jsonFrom } from '../../../kit/read-body.js';
import type { SimulatedAnswer } from '../../../kit/simulator-server.js';

export function embeddings(text: string): SimulatedAnswer {
  const body = jsonFrom(text);
  const model = isRecord(body) && typeof body['model'] === 'string' ? body['model'] : '';
  const data = [{ object: 'embedding', index: 0, embedding: [0.25, -0.5, 1] }];
  return { status: 200, body: JSON.stringify({ object: 'list', data, model, usage: { prompt_tokens: 3, total_tokens: 3 } }) };
}
