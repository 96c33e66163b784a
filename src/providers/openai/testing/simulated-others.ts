import type { JsonObject } from '../../../contracts/chat.js';
import type { SimulatedAnswer } from '../../../kit/simulator-server.js';
import { failure } from '../../../families/openai-chat/testing/simulated-failures.js';
import { responseAnswer } from '../../../families/openai-responses/testing/simulated-responses.js';

const keptId = 'resp_simulated';

/** One response is kept, whatever was asked before. */
export function keptResponse(method: string, id: string, rest: string): SimulatedAnswer {
  if (id !== keptId) return failure(404, `Response with id '${id}' not found.`);
  if (method === 'DELETE') return answer({ id, object: 'response', deleted: true });
  if (rest === '/input_items') return answer({ object: 'list', data: [], first_id: null, last_id: null, has_more: false });
  const kept = responseAnswer({ model: 'gpt-sim-large', isStreamed: false, prompt: 'Hello' });
  return answer(rest === '/cancel' ? { ...kept, status: 'cancelled' } : kept);
}

export function inputTokenCount(): SimulatedAnswer {
  return answer({ object: 'response.input_tokens', input_tokens: 21 });
}

export function fileList(): SimulatedAnswer {
  return answer({ object: 'list', data: [{ id: 'file-simulated', object: 'file', bytes: 3, filename: 'notes.txt' }], has_more: false });
}

function answer(body: JsonObject): SimulatedAnswer {
  return { status: 200, body: JSON.stringify(body) };
}
