import type { JsonObject } from 'maestro-llm/contracts';
import type { SimulatedAnswer } from 'maestro-llm/testing';

const text: readonly JsonObject[] = ['Grüße ', 'aus Zürich! ', '👋'].map((piece) => ({ type: 'text', text: piece }));

/** What happens by the model's name; any other name streams a short text. */
export function chatAnswer(model: string): SimulatedAnswer {
  const begin = { type: 'begin', id: 'answer-1', model };
  const half = [begin, ...text.slice(0, 2)];
  switch (model) {
    case 'sim-reasoning':
      return stream([begin, { type: 'thought', text: 'A short ' }, { type: 'thought', text: 'answer will do.' }, ...text, end('stop')]);
    case 'sim-tools':
      return stream([begin, ...calls, end('calls')]);
    case 'sim-refusal':
      return stream([begin, { type: 'text', text: 'I would rather not.' }, end('refusal')]);
    case 'sim-length':
      return stream([begin, ...text, end('length')]);
    case 'sim-unknown-event':
      return stream([...half, { type: 'cosmic-ray', energy: 9 }, ...text.slice(2), end('stop')]);
    case 'sim-error-midstream':
      return stream([...half, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }]);
    case 'sim-truncated':
      return stream(half);
    case 'sim-cut':
      return { ...stream(half), isCut: true };
    case 'sim-slow':
      return { ...stream(half), isEndless: true };
    case 'sim-html':
      return { status: 200, headers: { 'content-type': 'text/html' }, body: '<html><body>Sign in to continue</body></html>' };
    default:
      return refusals[model] ?? stream([begin, ...text, end('stop')]);
  }
}

export function failure(status: number, code: string, headers: Readonly<Record<string, string>> = {}): SimulatedAnswer {
  return { status, headers, body: JSON.stringify({ error: { type: code, code, message: 'as it was simulated' } }) };
}

const refusals: Readonly<Record<string, SimulatedAnswer>> = {
  'sim-rate-limited': failure(429, 'rate_limit_exceeded', { 'retry-after': '7' }),
  'sim-overloaded': failure(503, 'overloaded'),
  'sim-bad-request': failure(400, 'invalid_request'),
  'sim-unauthorized': failure(401, 'invalid_api_key'),
  'sim-not-found': failure(404, 'model_not_found'),
};

/** Arguments come in pieces that stop anywhere, and no arguments as no piece. */
const calls: readonly JsonObject[] = [
  { type: 'call', id: 'call-1', name: 'get_weather' },
  { type: 'arguments', id: 'call-1', json: '{"city":"Zü' },
  { type: 'arguments', id: 'call-1', json: 'rich"}' },
  { type: 'called', id: 'call-1' },
  { type: 'call', id: 'call-2', name: 'get_time' },
  { type: 'called', id: 'call-2' },
];

function end(reason: string): JsonObject {
  return { type: 'end', reason, input: 3, output: 9 };
}

function stream(events: readonly JsonObject[]): SimulatedAnswer {
  const body = events.map((event) => `data: ${JSON.stringify(event)}\n\n`);
  return { status: 200, headers: { 'content-type': 'text/event-stream' }, body };
}
