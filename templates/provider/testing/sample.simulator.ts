import type { SimulatedRequest } from 'maestro-llm/contracts';
import { isRecord, jsonFrom, SimulatedLogin } from 'maestro-llm/kit';
import type { SimulatedAnswer } from 'maestro-llm/testing';
import { defineSimulator, startSimulatorServer } from 'maestro-llm/testing';

import { providerId } from '../src/sample.calls.js';
import { chatAnswer, failure } from './simulated-chat.js';

/** Speaks the vendor's wire on loopback: what the tests of this package talk to. */
export const sampleSimulator = defineSimulator({
  provider: providerId,
  apiKey: 'sample-simulated-key-of-the-right-form',
  demo: { session: 'work_sample', model: 'sample-large', prompt: 'What does Maestro do for me?' },
  start: (options = {}) => {
    const login = new SimulatedLogin({ clientId: 'simulated-client', rotates: true, lifetimeSeconds: 3_600 });
    return startSimulatorServer((request) => login.answerTo(request) ?? answerTo(request, login, options.apiKey), options);
  },
});

/** On two pages, so that every list has a second one. */
const models = ['sample-large', 'sample-small', 'sim-text'].map((id) => ({ id, name: `Simulated ${id}`, max_input_tokens: 100_000 }));
const pageSize = 2;

function answerTo(request: SimulatedRequest, login: SimulatedLogin, apiKey: string | undefined): SimulatedAnswer {
  const isKey = apiKey === undefined || request.headers['authorization'] === `Bearer ${apiKey}`;
  if (!isKey && !login.accepts(request)) return failure(401, 'invalid_api_key');
  const { pathname, searchParams } = new URL(request.path, 'http://simulator');
  const route = `${request.method} ${pathname}`;
  if (route === 'POST /v1/chat') return chatFrom(request.body);
  if (route === 'GET /v1/models') return page(Number(searchParams.get('after') ?? 0));
  const id = /^GET \/v1\/models\/([^/]+)$/.exec(route)?.[1] ?? '';
  const model = models.find((each) => each.id === decodeURIComponent(id));
  return model === undefined ? failure(404, 'model_not_found') : { status: 200, body: JSON.stringify(model) };
}

function page(from: number): SimulatedAnswer {
  const next = from + pageSize < models.length ? { next: String(from + pageSize) } : {};
  return { status: 200, body: JSON.stringify({ models: models.slice(from, from + pageSize), ...next }) };
}

function chatFrom(text: string): SimulatedAnswer {
  const body = jsonFrom(text);
  return isRecord(body) && typeof body['model'] === 'string' ? chatAnswer(body['model']) : failure(400, 'model_missing');
}
