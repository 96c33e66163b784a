import type { SimulatedRequest } from '../../../contracts/simulator.js';
import { defineSimulator } from '../../../contracts/simulator.js';
import { event } from '../../../families/openai-chat/testing/simulated-chat.js';
import { failure } from '../../../families/openai-chat/testing/simulated-failures.js';
import { demoPrompt } from '../../../families/openai-chat/testing/simulated-script.js';
import type { SimulatedWire } from '../../../families/openai-chat/testing/simulated-wire.js';
import { asked, askedOf, chat } from '../../../families/openai-chat/testing/simulated-wire.js';
import { responses } from '../../../families/openai-responses/testing/simulated-responses.js';
import { SimulatedLogin } from '../../../kit/oauth/simulated-login.js';
import type { SimulatedAnswer } from '../../../kit/simulator-server.js';
import { startSimulatorServer } from '../../../kit/simulator-server.js';

/** Speaks both wires of a resource on loopback, under the `v1` paths and those with a deployment, and gives out tokens as Entra ID does. */
export const azureSimulator = defineSimulator({
  provider: 'azure',
  apiKey: '0123456789abcdef0123456789abcdef',
  demo: { session: 'work_azure', model: 'gpt-sim-large', prompt: demoPrompt },
  start: (options = {}) => {
    const login = new SimulatedLogin(loginOptions);
    return startSimulatorServer((request) => login.answerTo(asToken(request)) ?? answerTo(request, options.apiKey, login), options);
  },
});

/** The application that its directory knows, by a secret or by whatever a platform says of it. */
const loginOptions = {
  clientId: 'none',
  rotates: false,
  lifetimeSeconds: 3599,
  otherGrants: { client_credentials: isKnown },
};

function isKnown(fields: Readonly<Record<string, string>>): boolean {
  const isProven = fields['client_secret'] === 'simulated-secret' || fields['client_assertion'] === 'identity-of-the-platform';
  return fields['client_id'] === 'simulated-application' && fields['scope'] === 'https://cognitiveservices.azure.com/.default' && isProven;
}

function asToken(request: SimulatedRequest): SimulatedRequest {
  return { ...request, path: request.path.replace(/^\/simulated-tenant\/oauth2\/v2\.0\/token$/, '/oauth/token') };
}

function answerTo(request: SimulatedRequest, apiKey: string | undefined, login: SimulatedLogin): SimulatedAnswer {
  const isKey = apiKey === undefined || request.headers['api-key'] === apiKey;
  if (!isKey && !login.accepts(request)) {
    return failure(401, 'Access denied due to invalid subscription key or wrong API endpoint.', { code: '401' });
  }
  const { pathname, searchParams } = new URL(request.path, 'http://simulator');
  const [, deployment, classic] = /^\/openai\/deployments\/([^/]+)(\/.+)$/.exec(pathname) ?? [];
  if (deployment !== undefined && searchParams.get('api-version') === null) return failure(404, 'Resource not found', { code: '404' });
  const body = deployment === undefined ? request.body : askedOf(decodeURIComponent(deployment), request.body);
  switch (`${request.method} ${classic ?? pathname.replace(/^\/openai(?:\/v1)?/, '')}`) {
    case 'POST /chat/completions':
      return asked(body, filtered);
    case 'POST /responses':
      return asked(body, responses);
    case 'POST /embeddings':
      return json({ object: 'list', data: [{ object: 'embedding', index: 0, embedding: [0.25, -0.5, 1] }], model: 'sim' });
    case 'GET /models':
      return json({ object: 'list', data: models });
    default:
      return oneModel(pathname);
  }
}

/** What the filter found in the prompt comes first, in a chunk without choices. */
const filtered: SimulatedWire = { ...chat, events: (turn) => [verdictOnPrompt, ...chat.events(turn)] };

const passed = { filtered: false, severity: 'safe' };
const verdictOnPrompt = event({
  id: '',
  object: '',
  created: 0,
  model: '',
  choices: [],
  prompt_filter_results: [{ prompt_index: 0, content_filter_results: { hate: passed, violence: passed } }],
});

const models = [
  { id: 'gpt-sim-large', object: 'model', created_at: 1_750_000_000, capabilities: { chat_completion: true, embeddings: false } },
  { id: 'gpt-sim-embedding', object: 'model', created_at: 1_750_000_000, capabilities: { chat_completion: false, embeddings: true } },
  { id: 'sim-pictures', object: 'model', created_at: 1_750_000_000, capabilities: { chat_completion: false, embeddings: false } },
  { id: 'sim-silent', object: 'model' },
];

function oneModel(pathname: string): SimulatedAnswer {
  const id = /^\/openai(?:\/v1)?\/models\/([^/]+)$/.exec(pathname)?.[1];
  const model = models.find((known) => known.id === decodeURIComponent(id ?? ''));
  return model === undefined ? failure(404, 'Resource not found', { code: 'NotFound' }) : json(model);
}

function json(body: object): SimulatedAnswer {
  return { status: 200, body: JSON.stringify(body) };
}
