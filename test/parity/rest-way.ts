import type { Call, GatewayClient } from '../support/gateway-client.js';
import { eventsFrom } from '../support/gateway-client.js';
import type { Operation, Outcome, Way } from './way.js';

type Data = Readonly<Record<string, unknown>>;
interface Route {
  readonly method: string;
  readonly path: (data: Data) => string;
  /** What of the data is in the path; the rest is the query of a GET or a DELETE, and the body of everything else. */
  readonly inPath?: readonly string[];
}

const at = (data: Data): string => {
  const { session } = data;
  const parts = typeof session === 'object' && session !== null ? Object.values(session) : [];
  return `/api/sessions/${parts.map((part) => encodeURIComponent(String(part))).join('/')}`;
};
const of = (name: string) => (data: Data) => encodeURIComponent(String(data[name]));
const byId = of('id');
const ofSession = (method: string, rest: (data: Data) => string = () => '', inPath: readonly string[] = []): Route => ({
  method,
  path: (data) => `${at(data)}${rest(data)}`,
  inPath: ['session', ...inPath],
});

export const routes: Readonly<Record<Exclude<Operation, 'chat.stream' | 'chat.left' | 'chat.cancel'>, Route>> = {
  'providers.list': { method: 'GET', path: () => '/api/providers' },
  'providers.get': { method: 'GET', path: (data) => `/api/providers/${of('provider')(data)}`, inPath: ['provider'] },
  'compliance.get': { method: 'GET', path: () => '/api/providers/compliance' },
  'sessions.create': { method: 'POST', path: () => '/api/sessions' },
  'sessions.list': { method: 'GET', path: () => '/api/sessions' },
  'sessions.get': ofSession('GET'),
  'sessions.update': ofSession('PATCH'),
  'sessions.replaceCredentials': ofSession('PUT', () => '/credentials'),
  'sessions.delete': ofSession('DELETE'),
  'sessions.clone': ofSession('POST', () => '/clone'),
  'sessions.refresh': ofSession('POST', () => '/refresh'),
  'sessions.test': ofSession('POST', () => '/test'),
  'models.list': ofSession('GET', () => '/models'),
  'models.get': ofSession('GET', (data) => `/models/${of('model')(data)}`, ['model']),
  'logins.begin': { method: 'POST', path: () => '/api/logins' },
  'logins.get': { method: 'GET', path: (data) => `/api/logins/${byId(data)}`, inPath: ['id'] },
  'logins.complete': { method: 'POST', path: (data) => `/api/logins/${byId(data)}/complete`, inPath: ['id'] },
  'logins.delete': { method: 'DELETE', path: (data) => `/api/logins/${byId(data)}`, inPath: ['id'] },
  'chat.complete': { method: 'POST', path: () => '/api/chat' },
  'contexts.list': ofSession('GET', () => '/contexts'),
  'contexts.chunks': ofSession('GET', (data) => `/contexts/${of('contextId')(data)}/chunks`, ['contextId']),
  'contexts.deleteChunk': ofSession('DELETE', (data) => `/contexts/${of('contextId')(data)}/chunks/${of('chunkId')(data)}`, [
    'contextId',
    'chunkId',
  ]),
  'callers.create': { method: 'POST', path: () => '/api/callers' },
  'callers.list': { method: 'GET', path: () => '/api/callers' },
  'callers.get': { method: 'GET', path: (data) => `/api/callers/${byId(data)}`, inPath: ['id'] },
  'callers.delete': { method: 'DELETE', path: (data) => `/api/callers/${byId(data)}`, inPath: ['id'] },
  'callers.why': { method: 'GET', path: (data) => `/api/callers/${byId(data)}/why`, inPath: ['id'] },
  'grants.create': { method: 'POST', path: (data) => `/api/callers/${of('caller')(data)}/grants`, inPath: ['caller'] },
  'grants.delete': {
    method: 'DELETE',
    path: (data) => `/api/callers/${of('caller')(data)}/grants/${of('id')(data)}`,
    inPath: ['caller', 'id'],
  },
  'defaults.update': {
    method: 'PUT',
    path: (data) => `/api/callers/${of('caller')(data)}/defaults/${of('provider')(data)}`,
    inPath: ['caller', 'provider'],
  },
  'defaults.delete': {
    method: 'DELETE',
    path: (data) => `/api/callers/${of('caller')(data)}/defaults/${of('provider')(data)}`,
    inPath: ['caller', 'provider'],
  },
  'audit.list': { method: 'GET', path: () => '/api/audit' },
  'usage.list': { method: 'GET', path: () => '/api/usage' },
};

export function restWay(gateway: GatewayClient, close: () => Promise<void>): Way {
  return {
    name: 'REST',
    close,
    without: ({ operation }) => (operation === 'chat.cancel' ? 'a client of REST leaves instead' : undefined),
    async ask({ operation, data, key }) {
      const as = { headers: { 'x-maestro-retries': '0' }, ...(key !== undefined && { key }) };
      if (operation === 'chat.stream') return streamed(gateway, data, as);
      if (operation === 'chat.left') return left(gateway, data, as);
      if (operation === 'chat.cancel') throw new TypeError('REST has no word for it');
      const { method, path, inPath = [] } = routes[operation];
      const rest = Object.fromEntries(Object.entries(data).filter(([name]) => !inPath.includes(name)));
      const isQuery = method === 'GET' || method === 'DELETE';
      const query = new URLSearchParams(Object.entries(rest).map(([name, value]): [string, string] => [name, String(value)])).toString();
      const body = operation === 'chat.complete' ? { ...rest, stream: false } : rest;
      const { status, json, text } = await gateway.call(method, `${path(data)}${isQuery && query !== '' ? `?${query}` : ''}`, {
        ...(!isQuery && { body }),
        ...as,
      });
      if (status >= 400) return { problem: json };
      return { answer: text === '' ? null : json };
    },
  };
}

async function streamed(gateway: GatewayClient, data: Data, as: Call): Promise<Outcome> {
  const response = await gateway.send('POST', '/api/chat', { body: data, ...as });
  const text = await response.text();
  if (!response.ok) return { problem: JSON.parse(text) as Data };
  const events = eventsFrom(text);
  const failed = events.find(({ event }) => event === 'error');
  const told = events.filter(({ event }) => event !== 'error').map((each) => each.data);
  return { answer: { events: told, ...(failed !== undefined && { problem: failed.data }) } };
}

/** Reads until the first word, and goes. */
async function left(gateway: GatewayClient, data: Data, as: Call): Promise<Outcome> {
  const leaving = new AbortController();
  const response = await gateway.send('POST', '/api/chat', { body: data, signal: leaving.signal, ...as });
  let text = '';
  const decoder = new TextDecoder();
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    text += decoder.decode(piece, { stream: true });
    if (text.includes('"text-delta"')) break;
  }
  leaving.abort();
  return { answer: 'left' };
}
