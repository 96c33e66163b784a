import type { SimulatedAnswer } from '../../../kit/simulator-server.js';

export interface FailureWords {
  readonly type?: string;
  readonly code?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function failure(
  status: number,
  message: string,
  { type = 'invalid_request_error', code, headers }: FailureWords = {},
): SimulatedAnswer {
  return {
    status,
    headers: { 'x-request-id': 'req_simulated', ...headers },
    body: JSON.stringify({ error: { message, type, param: null, code: code ?? null } }),
  };
}

export function badKey(): SimulatedAnswer {
  return failure(401, 'Incorrect API key provided: sk-****.', { code: 'invalid_api_key' });
}

export function noSuchModel(model: string): SimulatedAnswer {
  return failure(404, `The model \`${model}\` does not exist or you do not have access to it.`, { code: 'model_not_found' });
}

/** What happens by the model's name instead of an answer. */
export const refusals: ReadonlyMap<string, () => SimulatedAnswer> = new Map<string, () => SimulatedAnswer>([
  ['sim-rate-limited', rateLimited],
  ['sim-overloaded', () => failure(503, 'The engine is currently overloaded.', { type: 'server_error', code: 'slow_down' })],
  ['sim-bad-request', () => failure(400, "Invalid 'temperature': decimal below minimum value.", { code: 'decimal_below_min_value' })],
  ['sim-unauthorized', badKey],
  ['sim-not-found', () => noSuchModel('sim-not-found')],
  ['sim-html', () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<html><body>Sign in to continue</body></html>' })],
]);

function rateLimited(): SimulatedAnswer {
  return failure(429, 'Rate limit reached for requests. Please try again in 7s.', {
    type: 'requests',
    code: 'rate_limit_exceeded',
    headers: { 'retry-after': '7', 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '7s' },
  });
}
