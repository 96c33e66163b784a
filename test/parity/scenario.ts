import type { Asked } from './way.js';

/** What earlier steps brought, for later ones. */
export type Memory = Record<string, string>;

export interface Step {
  readonly says: string;
  readonly asks: (memory: Memory) => Asked;
  /** What of the answer is needed later. */
  readonly keeps?: (answer: never) => Memory;
}

export interface Cast {
  readonly provider: string;
  readonly apiKey: string;
  /** Of the provider of whom a login can begin. */
  readonly loginProvider: string;
}

const hello = [{ role: 'user', content: 'Hello' }];
const tools = [
  { name: 'get_weather', description: 'Weather in a city', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
];

/** Models of the simulators: each another answer, or another failure. */
const streams = [
  'sim-text',
  'sim-reasoning',
  'sim-length',
  'sim-refusal',
  'sim-unknown-event',
  'sim-truncated',
  'sim-error-midstream',
  'sim-cut',
];
const failures = ['sim-rate-limited', 'sim-overloaded', 'sim-unauthorized', 'sim-bad-request', 'sim-not-found', 'sim-html'];

/** Every operation, every kind of failure, a stream to its end and a stream that is left, in one order for all ways. */
export function scenario({ provider, apiKey, loginProvider }: Cast): readonly Step[] {
  const work = { provider, authType: 'api_key', name: 'work' };
  const chat = { provider, session: 'work', messages: hello };
  const steps: Step[] = [];
  const step = (
    says: string,
    operation: Asked['operation'],
    data: (memory: Memory) => object = () => ({}),
    more: Partial<Step> & { readonly as?: string } = {},
  ): void => {
    const { as, ...rest } = more;
    steps.push({
      says,
      asks: (memory) => ({ operation, data: { ...data(memory) }, ...(as !== undefined && { key: memory[as] ?? as }) }),
      ...rest,
    });
  };
  const wrongKey = 'mk_of_nobody_0123456789abcdefghijklmnop';

  step('providers', 'providers.list');
  step('one provider', 'providers.get', () => ({ provider }));
  step('a provider that is none', 'providers.get', () => ({ provider: 'nobody' }));
  step('the compliance report', 'compliance.get');

  step('a session is made', 'sessions.create', () => ({ ...work, label: 'Team', credentials: { apiKey } }));
  step('its name is taken', 'sessions.create', () => ({ ...work, credentials: { apiKey } }));
  step('a name that is none', 'sessions.create', () => ({ ...work, name: 'no', credentials: { apiKey } }));
  step('an address that is refused', 'sessions.create', () => ({
    ...work,
    name: 'elsewhere',
    baseUrl: 'ftp://example.org',
    credentials: { apiKey },
  }));
  step('sessions', 'sessions.list', () => ({ provider }));
  step('one session', 'sessions.get', () => ({ session: work }));
  step('a session that is not there', 'sessions.get', () => ({ session: { ...work, name: 'nothere' } }));
  step('is tested', 'sessions.test', () => ({ session: work }));
  step('is no login', 'sessions.refresh', () => ({ session: work }));
  step('is cloned', 'sessions.clone', () => ({ session: work, name: 'twin' }));
  step('is renamed', 'sessions.update', () => ({ session: { ...work, name: 'twin' }, name: 'other' }));
  step('is disabled', 'sessions.update', () => ({ session: { ...work, name: 'other' }, disabled: true }));
  step('serves nobody while it is disabled', 'chat.stream', () => ({ ...chat, session: 'other', model: 'sim-text' }));
  step('is enabled', 'sessions.update', () => ({ session: { ...work, name: 'other' }, disabled: false }));
  step('gets another secret', 'sessions.replaceCredentials', () => ({ session: { ...work, name: 'other' }, credentials: { apiKey } }));
  step('is deleted', 'sessions.delete', () => ({ session: { ...work, name: 'other' } }));
  step('is deleted again', 'sessions.delete', () => ({ session: { ...work, name: 'other' } }));

  step('models', 'models.list', () => ({ session: work }));
  step('one model', 'models.get', () => ({ session: work, model: 'sim-text' }));
  step('a model that is none', 'models.get', () => ({ session: work, model: 'no-such-model' }));

  for (const model of streams) step(`streams ${model}`, 'chat.stream', () => ({ ...chat, model }));
  for (const model of failures) step(`fails with ${model}`, 'chat.stream', () => ({ ...chat, model }));
  step('streams a call of a tool', 'chat.stream', () => ({ ...chat, model: 'sim-tools', tools }));
  step('is answered whole', 'chat.complete', () => ({ ...chat, model: 'sim-text' }));
  step('is refused whole', 'chat.complete', () => ({ ...chat, model: 'sim-rate-limited' }));
  step('is left in the middle', 'chat.left', () => ({ ...chat, model: 'sim-slow' }));
  step('asks with a field that is none', 'chat.complete', () => ({
    ...chat,
    model: 'sim-text',
    mistyped: true,
    options: { temperature: 'hot' },
  }));

  step('goes on a conversation', 'chat.stream', () => ({ ...chat, model: 'sim-text', contextId: 'talk' }));
  step('conversations', 'contexts.list', () => ({ session: work }));
  step('its pieces', 'contexts.chunks', () => ({ session: work, contextId: 'talk' }), {
    keeps: ({ data: [first] }: { readonly data: readonly { readonly id: string }[] }) => ({ chunk: first?.id ?? '' }),
  });
  step('a piece goes', 'contexts.deleteChunk', ({ chunk }) => ({ session: work, contextId: 'talk', chunkId: chunk }));
  step('a conversation that is none', 'contexts.chunks', () => ({ session: work, contextId: 'none' }));

  step('a login begins', 'logins.begin', () => ({ provider: loginProvider, name: 'account', method: 'paste' }), {
    keeps: ({ id }: { readonly id: string }) => ({ login: id }),
  });
  step('is looked at', 'logins.get', ({ login }) => ({ id: login }));
  step('ends with a code of somebody else', 'logins.complete', ({ login }) => ({ id: login, code: 'code#state' }));
  step('is given up', 'logins.delete', ({ login }) => ({ id: login }));
  step('is not there any more', 'logins.get', ({ login }) => ({ id: login }));

  step('a caller is made', 'callers.create', () => ({ name: 'builds', scopes: ['chat', 'sessions:read'] }), {
    keeps: ({ id, key }: { readonly id: string; readonly key: string }) => ({ caller: id, key }),
  });
  step('its name is taken as well', 'callers.create', () => ({ name: 'builds' }));
  step('sees nothing', 'sessions.list', () => ({}), { as: 'key' });
  step('is told that nothing is there', 'sessions.get', () => ({ session: work }), { as: 'key' });
  step('cannot chat with what was not granted', 'chat.stream', () => ({ ...chat, model: 'sim-text' }), { as: 'key' });
  step('why not', 'callers.why', () => ({ id: 'builds', provider, session: 'work' }));
  step('is granted it', 'grants.create', ({ caller }) => ({ caller, provider, name: 'wor*' }), {
    keeps: ({ id }: { readonly id: string }) => ({ grant: id }),
  });
  step('why', 'callers.why', () => ({ id: 'builds', provider, session: 'work' }));
  step('chats', 'chat.stream', () => ({ ...chat, model: 'sim-text' }), { as: 'key' });
  step('may not change it', 'sessions.update', () => ({ session: work, disabled: true }), { as: 'key' });
  step('may not make callers', 'callers.create', () => ({ name: 'friend' }), { as: 'key' });
  step('means this session', 'defaults.update', ({ caller }) => ({ caller, provider, session: 'work' }));
  step('means none any more', 'defaults.delete', ({ caller }) => ({ caller, provider }));
  step('loses the grant', 'grants.delete', ({ caller, grant }) => ({ caller, id: grant }));
  step('chats no more', 'chat.stream', () => ({ ...chat, model: 'sim-text' }), { as: 'key' });
  step('one caller', 'callers.get', ({ caller }) => ({ id: caller }));
  step('callers', 'callers.list');
  step('is revoked', 'callers.delete', ({ caller }) => ({ id: caller }));
  step('is nobody', 'sessions.list', () => ({}), { as: 'key' });
  step('nobody ever was', 'sessions.list', () => ({}), { as: wrongKey });
  step('what nobody used', 'usage.list', () => ({ groupBy: 'model', session: 'nothere' }));
  step('a grouping that is none', 'usage.list', () => ({ groupBy: 'weather', session: 'nothere' }));
  step('the trail', 'audit.list', () => ({ limit: 2 }));
  return steps;
}
