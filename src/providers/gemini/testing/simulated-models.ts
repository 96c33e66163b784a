import type { JsonObject } from '../../../contracts/chat.js';
import type { SimulatedAnswer } from '../../../kit/simulator-server.js';
import { failure } from '../../../families/gemini-generate-content/testing/simulated-chat.js';

const chatMethods = ['generateContent', 'countTokens'];

const models: readonly JsonObject[] = [
  model('gemini-sim-large', 'Gemini Sim Large', { supportedGenerationMethods: chatMethods, thinking: true }),
  model('gemini-sim-small', 'Gemini Sim Small', { supportedGenerationMethods: chatMethods }),
  model('gemini-sim-embedding', 'Gemini Sim Embedding', { supportedGenerationMethods: ['embedContent'], outputTokenLimit: 1 }),
  model('gemini-sim-pictures', 'Gemini Sim Pictures', { supportedGenerationMethods: ['predict'] }),
];

function model(id: string, displayName: string, more: JsonObject): JsonObject {
  return { name: `models/${id}`, version: '001', displayName, inputTokenLimit: 1_048_576, outputTokenLimit: 65_536, ...more };
}

/** However many are asked for, so that every list has a second page. */
const largestPage = 2;

export function modelList(parameters: URLSearchParams): SimulatedAnswer {
  const from = Number(parameters.get('pageToken')?.replace('page-from-', '') ?? 0);
  const size = Math.min(Number(parameters.get('pageSize') ?? 50), largestPage);
  const page = models.slice(from, from + size);
  const next = from + size < models.length ? { nextPageToken: `page-from-${String(from + size)}` } : {};
  return { status: 200, body: JSON.stringify({ models: page, ...next }) };
}

export function modelAnswer(id: string): SimulatedAnswer {
  const found = models.find(({ name }) => name === `models/${id}`);
  return found === undefined
    ? failure(404, 'NOT_FOUND', `models/${id} is not found for API version v1beta.`)
    : { status: 200, body: JSON.stringify(found) };
}
