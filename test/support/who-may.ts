import type { Scope } from '../../src/contracts/caller.js';
import { wireMakers } from './start-gateway.js';

export interface Row {
  /** Absent: any key will do. */
  readonly scope?: Scope;
  /** Will do as well. */
  readonly orScope?: Scope;
  /** Whose session is not granted gets a 404. */
  readonly isAboutSession?: boolean;
  readonly body?: object;
}

export const providers = wireMakers;
export const [provider = ''] = providers;
export const nobody = '11111111-2222-4333-8444-555555555555';
const messages = [{ role: 'user', content: 'Hello' }];
export const someKey = 'some-key-0123456789abcdefghij';

/** Each below its name and below its id. */
function ofSession(method: string, path: string, row: Row): readonly (readonly [string, Row])[] {
  return ['/api/sessions/:id', '/api/sessions/:provider/:authType/:name'].map((at) => [
    `${method} ${at}${path}`,
    { isAboutSession: true, ...row },
  ]);
}

/** Who may do what. A route that is not here fails the test. */
export const routeTable: ReadonlyMap<string, Row> = new Map<string, Row>([
  ...(['providers', 'providers/compliance', 'providers/:provider'] as const).map((path) => [`GET /api/${path}`, {}] as const),
  [
    'POST /api/sessions',
    { scope: 'sessions:write', body: { provider, authType: 'api_key', name: 'made_1', credentials: { apiKey: someKey } } },
  ],
  ['GET /api/sessions', { scope: 'sessions:read' }],
  ...ofSession('GET', '', { scope: 'sessions:read' }),
  ...ofSession('PATCH', '', { scope: 'sessions:write', body: { label: 'x' } }),
  ...ofSession('DELETE', '', { scope: 'sessions:write' }),
  ...ofSession('PUT', '/credentials', { scope: 'sessions:write', body: { credentials: { apiKey: someKey } } }),
  ...ofSession('POST', '/clone', { scope: 'sessions:write', body: { name: 'copy_1' } }),
  ...ofSession('POST', '/refresh', { scope: 'sessions:write' }),
  ...ofSession('POST', '/test', { scope: 'sessions:read' }),
  ...ofSession('GET', '/models', { scope: 'chat' }),
  ...ofSession('GET', '/models/*', { scope: 'chat' }),
  ...ofSession('GET', '/contexts', { scope: 'chat' }),
  ...ofSession('GET', '/contexts/:contextId/chunks', { scope: 'chat' }),
  ...ofSession('DELETE', '/contexts/:contextId/chunks/:chunkId', { scope: 'chat' }),
  ['POST /api/logins', { scope: 'sessions:write', body: { provider, name: 'login_1' } }],
  ['GET /api/logins/:id', { scope: 'sessions:write' }],
  ['POST /api/logins/:id/complete', { scope: 'sessions:write', body: { code: 'x' } }],
  ['DELETE /api/logins/:id', { scope: 'sessions:write' }],
  ['POST /api/chat', { scope: 'chat', isAboutSession: true, body: { provider, session: 'work', model: 'm', messages, stream: false } }],
  ['GET /api/audit', { scope: 'admin' }],
  ['GET /api/usage', { scope: 'usage:read', orScope: 'admin' }],
  ['POST /api/callers', { scope: 'admin', body: { name: 'made_1' } }],
  ...['', '/:id'].map((path) => [`GET /api/callers${path}`, { scope: 'admin' }] as const),
  ['DELETE /api/callers/:id', { scope: 'admin' }],
  ['POST /api/callers/:id/grants', { scope: 'admin', body: { provider: '*', name: '*' } }],
  ['DELETE /api/callers/:id/grants/:grantId', { scope: 'admin' }],
  ['PUT /api/callers/:id/defaults/:provider', { scope: 'admin', body: { session: 'work' } }],
  ['DELETE /api/callers/:id/defaults/:provider', { scope: 'admin' }],
  [`GET /api/callers/:id/why`, { scope: 'admin' }],
  ['GET /metrics', { scope: 'admin' }],
]);

/** What stands in a message for the session that a row is about. */
const aboutSession = { provider, authType: 'api_key', name: 'work' } as const;

const ofSessionInMessage = (scope: Scope, data: object = {}): Row => ({
  scope,
  isAboutSession: true,
  body: { session: aboutSession, ...data },
});

const chat = { scope: 'chat', isAboutSession: true, body: { provider, session: 'work', model: 'm', messages } } as const;

/** Who may send which message. A pattern that is not here fails the test. */
export const patternTable: ReadonlyMap<string, Row> = new Map<string, Row>([
  ...(['providers.list', 'compliance.get'] as const).map((name) => [name, {}] as const),
  ['providers.get', { body: { provider } }],
  [
    'sessions.create',
    { scope: 'sessions:write', body: { provider, authType: 'api_key', name: 'made_1', credentials: { apiKey: someKey } } },
  ],
  ['sessions.list', { scope: 'sessions:read' }],
  ['sessions.get', ofSessionInMessage('sessions:read')],
  ['sessions.update', ofSessionInMessage('sessions:write', { label: 'x' })],
  ['sessions.delete', ofSessionInMessage('sessions:write')],
  ['sessions.replaceCredentials', ofSessionInMessage('sessions:write', { credentials: { apiKey: someKey } })],
  ['sessions.clone', { ...ofSessionInMessage('sessions:write', { name: 'copy_1' }) }],
  ['sessions.refresh', ofSessionInMessage('sessions:write')],
  ['sessions.test', ofSessionInMessage('sessions:read')],
  ['models.list', ofSessionInMessage('chat')],
  ['models.get', ofSessionInMessage('chat', { model: 'm' })],
  ['contexts.list', ofSessionInMessage('chat')],
  ['contexts.chunks', ofSessionInMessage('chat', { contextId: 'talk' })],
  ['contexts.deleteChunk', ofSessionInMessage('chat', { contextId: 'talk', chunkId: nobody })],
  ['logins.begin', { scope: 'sessions:write', body: { provider, name: 'login_1' } }],
  ['logins.get', { scope: 'sessions:write', body: { id: nobody } }],
  ['logins.complete', { scope: 'sessions:write', body: { id: nobody, code: 'x' } }],
  ['logins.delete', { scope: 'sessions:write', body: { id: nobody } }],
  ['chat.stream', chat],
  ['chat.complete', chat],
  // Whose stream it is, its key says.
  ['chat.cancel', { body: { streamId: nobody } }],
  ['usage.list', { scope: 'usage:read', orScope: 'admin' }],
  ['audit.list', { scope: 'admin' }],
  ['callers.create', { scope: 'admin', body: { name: 'made_1' } }],
  ['callers.list', { scope: 'admin' }],
  ['callers.get', { scope: 'admin', body: { id: nobody } }],
  ['callers.delete', { scope: 'admin', body: { id: nobody } }],
  ['callers.why', { scope: 'admin', body: { id: nobody, session: nobody } }],
  ['grants.create', { scope: 'admin', body: { caller: nobody, provider: '*', name: '*' } }],
  ['grants.delete', { scope: 'admin', body: { caller: nobody, id: nobody } }],
  ['defaults.update', { scope: 'admin', body: { caller: nobody, provider, session: 'work' } }],
  ['defaults.delete', { scope: 'admin', body: { caller: nobody, provider } }],
]);

/** What a door does, whichever wire it speaks. */
export const doorTable: ReadonlyMap<string, Row> = new Map<string, Row>([
  ...(['chat', 'count-tokens', 'embeddings', 'stored-response', 'get-model', 'other'] as const).map(
    (operation) => [operation, { scope: 'chat', isAboutSession: true, body: { model: 'm', messages } }] as const,
  ),
  ['list-models', { scope: 'chat' }],
]);

/** For anybody. */
export const open = [/^\/docs(\/|$)/, /^\/openapi\.json$/, /^\/oauth\/callback$/];
