import { WholeStreaming } from '../../../test/extension/fixtures/whole-behaviours.js';
import { aCaller, anApiKey } from '../../../test/support/a-session.js';
import type { RunningMaestro } from '../../../test/support/start-maestro.js';
import { startMaestro } from '../../../test/support/start-maestro.js';
import { wholeProvider } from '../../../test/support/whole-provider.js';
import type { StreamOptions } from '../../contracts/behaviours/streaming.behaviour.js';
import type { ChatMessage } from '../../contracts/chat.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ProviderClient } from '../../contracts/provider-client.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import { Chat } from './chat.js';
import type { ObservedChat } from './stream-observer.port.js';

const hello: readonly ChatMessage[] = [{ role: 'user', content: 'Hello' }];
const asked: StreamOptions[] = [];

/** The model's name says what happens. */
class ScriptedStreaming extends WholeStreaming {
  override async streamChat(
    _client: ProviderClient,
    _messages: readonly ChatMessage[],
    options: StreamOptions,
  ): Promise<AsyncIterable<StreamEvent>> {
    asked.push(options);
    if (options.model === 'refused') throw new MaestroError('upstream.rate-limited', { provider: 'whole' });
    if (options.model === 'deaf') await aborted(options.signal);
    return script(options);
  }
}

async function* script({ model, signal }: StreamOptions): AsyncGenerator<StreamEvent> {
  if (model === 'empty') return;
  if (model === 'flaky' && asked.filter((options) => options.model === model).length < 3) {
    throw new MaestroError('upstream.overloaded', { provider: 'whole' });
  }
  if (model === 'refused-late') throw new MaestroError('upstream.overloaded', { provider: 'whole' });
  yield { type: 'message-start', model };
  if (model === 'endless') await aborted(signal);
  if (model === 'broken-later') throw new MaestroError('upstream.overloaded', { provider: 'whole' });
  yield { type: 'message-end', reason: 'stop' };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(new Error('the socket broke'));
    });
  });
}

describe('chat', () => {
  const observed: ObservedChat[] = [];
  let running: RunningMaestro;

  beforeAll(async () => {
    const observerFor = (chat: ObservedChat) => {
      observed.push(chat);
      return chat.model === 'watched'
        ? {
            event: () => {
              throw new Error('observer');
            },
          }
        : undefined;
    };
    running = await startMaestro({ providers: [wholeProvider({ streaming: ScriptedStreaming })], observers: [observerFor] });
    await running.maestro.createSession('whole', 'api_key', { name: 'work', credentials: anApiKey() });
  });

  afterAll(() => running.close());

  function chat(model: string, special: object = {}, messages = hello) {
    return running.maestro.streamChat('whole', 'work', messages, { model, ...special });
  }

  it('gives each stream an id of its own, in its first event too', async () => {
    const [one, two] = [await chat('m'), await chat('m')];
    const events: StreamEvent[] = [];
    for await (const event of one) events.push(event);

    expect(events).toEqual([
      { type: 'message-start', model: 'm', streamId: one.streamId },
      { type: 'message-end', reason: 'stop' },
    ]);
    expect(one.streamId).not.toBe(two.streamId);
    for await (const _event of two) break;
  });

  it('runs as often at a time as the caller may, however the ones before ended', async () => {
    const limited = running.maestro.for({ ...aCaller(['chat'], '*'), id: 'limited', limits: { streams: 1 } });
    const begin = (model: string, session = 'work') => limited.streamChat('whole', session, hello, { model, retries: 0 });
    const open = await begin('m');

    await expect(begin('m')).rejects.toMatchObject({ code: 'caller.too-many-streams', retryAfterMs: 1_000 });
    for await (const _event of open) continue;
    for await (const _event of await begin('m')) break;
    await expect(begin('refused')).rejects.toMatchObject({ code: 'upstream.rate-limited' });
    await expect(begin('m', 'elsewhere')).rejects.toMatchObject({ code: 'session.not-found' });
    await expect(limited.completeChat('whole', 'work', hello, { model: 'm' })).resolves.toMatchObject({ reason: 'stop' });
    for await (const _event of await begin('m')) break;
  });

  it('hands the request to the provider without what was meant for us', async () => {
    await running.maestro.completeChat('whole', 'work', hello, { model: 'm', authType: 'api_key', options: { seed: 1 } });

    expect(asked.at(-1)).toEqual({ model: 'm', options: { seed: 1 }, signal: expect.any(AbortSignal) });
  });

  it.each([
    ['before it answers', 'refused', 'upstream.rate-limited'],
    ['with its first event', 'refused-late', 'upstream.overloaded'],
    ['by ending at once', 'empty', 'upstream.truncated'],
  ])('rejects where the provider refuses %s', async (_when, model, code) => {
    await expect(chat(model, { retries: 0 })).rejects.toMatchObject({ code });
  });

  it.each<[string, Promise<unknown> | (() => Promise<unknown>), string]>([
    ['no messages', () => chat('m', {}, []), 'request.invalid'],
    ['no model', () => chat(''), 'request.invalid'],
    ['more retries than there are', () => chat('m', { retries: 3 }), 'request.invalid'],
    ['retries that are no number of times', () => chat('m', { retries: 0.5 }), 'request.invalid'],
    ['a context id that is none', () => chat('m', { contextId: '' }), 'request.invalid'],
    ['an auth type that is none', () => chat('m', { authType: 'password' }), 'auth-type.unknown'],
    ['an auth type of another session', () => chat('m', { authType: 'oauth' }), 'session.not-found'],
    ['an unknown provider', () => running.maestro.streamChat('nobody', 'work', hello, { model: 'm' }), 'provider.unknown'],
    ['an unknown session', () => running.maestro.streamChat('whole', 'nothing', hello, { model: 'm' }), 'session.not-found'],
  ])('refuses %s without asking the provider', async (_what, ask, code) => {
    const before = asked.length;

    await expect(typeof ask === 'function' ? ask() : ask).rejects.toMatchObject({ code });
    expect(asked).toHaveLength(before);
  });

  it('asks a provider that cannot serve again, until it answers, and notes it', async () => {
    await expect(running.maestro.completeChat('whole', 'work', hello, { model: 'flaky' })).resolves.toMatchObject({ reason: 'stop' });

    expect(asked.filter(({ model }) => model === 'flaky')).toHaveLength(3);
    expect(running.log.from('Chat')).toContain('warn Chat: a provider is asked again');
  });

  it('asks for nothing twice of which the caller has seen a part', async () => {
    const stream = await chat('broken-later');
    const seen: string[] = [];
    const read = async (): Promise<void> => {
      for await (const { type } of stream) seen.push(type);
    };

    await expect(read()).rejects.toMatchObject({ code: 'upstream.overloaded' });
    expect(seen).toEqual(['message-start']);
    expect(asked.filter(({ model }) => model === 'broken-later')).toHaveLength(1);
  });

  it('wants scope and grant of its caller', async () => {
    const unscoped = running.maestro.for(aCaller(['sessions:read'], '*'));
    const ungranted = running.maestro.for(aCaller(['chat'], 'other'));

    await expect(unscoped.streamChat('whole', 'work', hello, { model: 'm' })).rejects.toMatchObject({ code: 'caller.scope-missing' });
    await expect(ungranted.streamChat('whole', 'work', hello, { model: 'm' })).rejects.toMatchObject({ code: 'session.not-found' });
  });

  it('does not begin where the signal is aborted already', async () => {
    const before = asked.length;

    await expect(chat('m', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'request.cancelled' });
    expect(asked).toHaveLength(before);
  });

  it('can be cancelled before the provider answers, and in the middle of the answer', async () => {
    const early = new AbortController();
    const beginning = chat('deaf', { signal: early.signal });
    while (asked.at(-1)?.model !== 'deaf') await new Promise((resolve) => setImmediate(resolve));
    early.abort();
    await expect(beginning).rejects.toMatchObject({ code: 'request.cancelled' });

    const late = new AbortController();
    const iterator = (await chat('endless', { signal: late.signal }))[Symbol.asyncIterator]();
    await iterator.next();
    const pending = iterator.next();
    late.abort();
    await expect(pending).rejects.toMatchObject({ code: 'request.cancelled' });
  });

  it('ends the request of a reader who leaves without having read', async () => {
    const iterator = (await chat('endless'))[Symbol.asyncIterator]();

    await iterator.return?.();

    expect(asked.at(-1)?.signal.aborted).toBe(true);
    await expect(iterator.next()).resolves.toMatchObject({ done: true });
  });

  it('tells each observer which stream it is, and logs an observer that fails', async () => {
    observed.length = 0;
    const { streamId } = await running.maestro.for(aCaller(['chat'], 'work')).completeChat('whole', 'work', hello, { model: 'watched' });

    expect(observed).toMatchObject([
      { streamId, operation: 'chat', model: 'watched', caller: { name: 'team' }, session: { name: 'work' } },
    ]);
    expect(running.log.from('Chat')).toContain('error Chat: an observer of an answer failed');
  });

  it('ends what still runs when it is stopped, and says why', async () => {
    const iterator = (await chat('endless'))[Symbol.asyncIterator]();
    await iterator.next();
    const pending = iterator.next();

    running.application.get(Chat, { strict: false }).stop();

    await expect(pending).rejects.toMatchObject({ code: 'gateway.shutting-down' });
  });

  it('ends an answer that takes longer than it may', async () => {
    const impatient = await startMaestro({ providers: [wholeProvider({ streaming: ScriptedStreaming })], answerTimeoutMs: 20 });
    await impatient.maestro.createSession('whole', 'api_key', { name: 'work', credentials: anApiKey() });
    const ask = (model: string) => impatient.maestro.completeChat('whole', 'work', hello, { model });

    await expect(ask('endless')).rejects.toMatchObject({ code: 'upstream.timeout', parameters: { phase: 'for the whole answer' } });
    await expect(ask('deaf')).rejects.toMatchObject({ code: 'upstream.timeout' });
    await impatient.close();
  });
});
