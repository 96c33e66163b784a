import { failure } from '../../../families/gemini-generate-content/testing/simulated-chat.js';
import type { SimulatedAnswer } from '../../../kit/simulator-server.js';

const names: Readonly<Record<string, readonly string[]>> = {
  google: ['gemini-sim-large', 'gemini-sim-small', 'sim-pictures'],
  anthropic: ['claude-sim-large'],
};

/** However many are asked for, so that a list has a second page. */
const largestPage = 2;

export function publishedModels(publisher: string, parameters: URLSearchParams): SimulatedAnswer {
  const all = names[publisher] ?? [];
  const from = Number(parameters.get('pageToken')?.replace('page-from-', '') ?? 0);
  const size = Math.min(Number(parameters.get('pageSize') ?? 50), largestPage);
  const next = from + size < all.length ? { nextPageToken: `page-from-${String(from + size)}` } : {};
  const publisherModels = all.slice(from, from + size).map((name) => modelOf(publisher, name));
  return { status: 200, body: JSON.stringify({ publisherModels, ...next }) };
}

export function publishedModel(publisher: string, name: string): SimulatedAnswer {
  return names[publisher]?.includes(name) === true
    ? { status: 200, body: JSON.stringify(modelOf(publisher, name)) }
    : failure(404, 'NOT_FOUND', `Publisher model ${name} is not found.`);
}

function modelOf(publisher: string, name: string): object {
  return { name: `publishers/${publisher}/models/${name}`, versionId: 'default', launchStage: 'GA' };
}
