import { WholeContext, WholeStreaming } from '../../../test/extension/fixtures/whole-behaviours.js';
import { aCaller, anApiKey } from '../../../test/support/a-session.js';
import { InMemoryContextStore } from '../../../test/support/in-memory-context-store.js';
import { InMemoryPersistenceModule } from '../../../test/support/in-memory-persistence.module.js';
import type { RunningMaestro } from '../../../test/support/start-maestro.js';
import { startMaestro } from '../../../test/support/start-maestro.js';
import { wholeProvider } from '../../../test/support/whole-provider.js';
import type { StreamOptions } from '../../contracts/behaviours/streaming.behaviour.js';
import type { ChatMessage } from '../../contracts/chat.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ProviderClient } from '../../contracts/provider-client.js';
import type { ContextChunk } from '../../contracts/context-chunk.js';
import { ContextId } from '../../contracts/context-chunk.js';
import { ProviderId } from '../../contracts/provider-id.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import { contextLimits } from './context-limits.js';

/** The model's name says what is answered. */
const answers: Readonly<Record<string, readonly StreamEvent[]>> = {
  plain: [{ type: 'text-delta', part: 0, text: 'Hi.' }],
  thinking: [
    { type: 'reasoning-delta', part: 0, text: 'Hm.', signature: 'sig', id: 'rs_1' },
    { type: 'text-delta', part: 1, text: 'Hi.' },
  ],
  tools: [
    { type: 'tool-call-start', part: 0, callId: 'c1', name: 'look' },
    { type: 'tool-call-delta', callId: 'c1', json: '{"at":1}' },
    { type: 'tool-call-end', callId: 'c1', providerData: { signature: 's' } },
  ],
  silent: [],
};

const sent: (readonly ChatMessage[])[] = [];

class TalkingStreaming extends WholeStreaming {
  override async streamChat(_client: ProviderClient, messages: readonly ChatMessage[], { model }: StreamOptions) {
    sent.push(messages);
    return spoken(model);
  }
}

async function* spoken(model: string): AsyncGenerator<StreamEvent> {
  yield { type: 'message-start', model: `${model}-1`, id: 'msg_1' };
  yield* answers[model] ?? [{ type: 'text-delta', part: 0, text: 'Hal' }];
  if (model === 'cut') throw new MaestroError('upstream.truncated', { provider: 'whole' });
  yield { type: 'message-end', reason: 'stop', usage: { input: 9, output: 7, ...(model === 'thinking' && { reasoning: 5 }) } };
}

const hello: readonly ChatMessage[] = [{ role: 'user', content: 'Hello' }];
const address = { provider: ProviderId.parse('whole'), session: 'work' };

let running: RunningMaestro;
let store: InMemoryContextStore;
beforeEach(async () => {
  store = new InMemoryContextStore();
  sent.length = 0;
  const persistence = InMemoryPersistenceModule.of(undefined, undefined, store);
  running = await startMaestro({
    persistence,
    providers: [wholeProvider({ streaming: TalkingStreaming }), wholeProvider({ id: 'second' })],
  });
  await running.maestro.createSession('whole', 'api_key', { name: 'work', credentials: anApiKey() });
});
afterEach(() => running.close());

async function chat(model: string, messages = hello, contextId = 'talk'): Promise<void> {
  await running.maestro.completeChat('whole', 'work', messages, { model, contextId });
}

function kept(contextId = 'talk'): Promise<readonly ContextChunk[]> {
  return running.maestro.listContextChunks('whole', 'work', contextId);
}

describe('a chat in a context', () => {
  it('sends what was said before, then the new messages', async () => {
    await chat('plain', [{ role: 'system', content: 'Be brief.' }, ...hello]);
    await chat('thinking', [{ role: 'user', content: 'And?' }]);
    await chat('plain', [{ role: 'user', content: 'So?' }]);

    expect(sent.at(-1)).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'Hi.' },
      { role: 'user', content: 'And?' },
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'Hm.', signature: 'sig', id: 'rs_1' },
          { type: 'text', text: 'Hi.' },
        ],
      },
      { role: 'user', content: 'So?' },
    ]);
  });

  it('keeps the new messages and the answer, piece by piece, with what is known of each', async () => {
    await chat('thinking');

    expect(await kept()).toMatchObject([
      { content: 'Hello', metadata: { role: 'user', kind: 'message', provider: 'whole', position: 0 } },
      { content: 'Hm.', metadata: { kind: 'reasoning', model: 'thinking-1', tokens: 5, position: 1, providerRef: 'rs_1' } },
      { content: 'Hi.', metadata: { role: 'assistant', kind: 'message', tokens: 2, position: 2, providerRef: 'msg_1' } },
    ]);
  });

  it('keeps nothing of an answer that was cut, nor of what was asked', async () => {
    await expect(chat('cut')).rejects.toMatchObject({ code: 'upstream.truncated' });

    await expect(kept()).rejects.toMatchObject({ code: 'context.not-found' });
  });

  it('keeps nothing where the reader leaves before the end', async () => {
    const stream = await running.maestro.streamChat('whole', 'work', hello, { model: 'plain', contextId: 'talk' });
    for await (const { type } of stream) if (type === 'text-delta') break;

    await expect(kept()).rejects.toMatchObject({ code: 'context.not-found' });
  });

  it('keeps the turn of a reader who leaves at the last event', async () => {
    const stream = await running.maestro.streamChat('whole', 'work', hello, { model: 'plain', contextId: 'talk' });
    for await (const { type } of stream) if (type === 'message-end') break;

    expect(await kept()).toHaveLength(2);
  });

  it('keeps what was asked where nothing was answered', async () => {
    await chat('silent');

    expect((await kept()).map(({ content }) => content)).toEqual(['Hello']);
  });

  it('sends a call with the result that comes for it', async () => {
    await chat('tools');
    const result = { role: 'tool', content: [{ type: 'tool-result', callId: 'c1', result: 'seen' }] } as const;
    await chat('plain', [result]);

    const call = { type: 'tool-call', callId: 'c1', name: 'look', arguments: { at: 1 }, providerData: { signature: 's' } };
    expect(sent.at(-1)).toEqual([...hello, { role: 'assistant', content: [call] }, result]);
    expect((await kept())[1]).toMatchObject({ content: 'look({"at":1})', metadata: { kind: 'tool-call', callId: 'c1', tokens: 7 } });
  });

  it('loses nothing where many run at once, and keeps each turn in one piece', async () => {
    await Promise.all(Array.from({ length: 20 }, (_none, index) => chat('plain', [{ role: 'user', content: `ask ${String(index)}` }])));

    const contents = (await kept()).map(({ content }) => content);
    expect(contents.filter((content) => content === 'Hi.')).toHaveLength(20);
    expect(new Set(contents.filter((_content, index) => index % 2 === 0)).size).toBe(20);
    expect(contents.filter((_content, index) => index % 2 === 1)).toEqual(Array.from({ length: 20 }, () => 'Hi.'));
  });

  it('knows nothing of the same id at another session', async () => {
    await running.maestro.createSession('whole', 'api_key', { name: 'other', credentials: anApiKey() });
    await chat('plain');
    await running.maestro.completeChat('whole', 'other', hello, { model: 'plain', contextId: 'talk' });

    expect(sent.at(-1)).toEqual(hello);
  });

  it('tries twice to keep a turn, and says in the log where it could not', async () => {
    store.failures.push(new Error('once'));
    await chat('plain');
    expect(await kept()).toHaveLength(2);

    store.failures.push(new Error('one'), new Error('two'));
    await chat('plain');
    expect(await kept()).toHaveLength(2);
    expect(JSON.stringify(running.log)).toContain('a turn of a context was not kept');
  });

  it('refuses a result whose call was deleted', async () => {
    await chat('tools');
    const [, call] = await kept();
    await running.maestro.deleteContextChunk('whole', 'work', 'talk', call?.id ?? '');

    const result = { role: 'tool', content: [{ type: 'tool-result', callId: 'c1', result: 'seen' }] } as const;
    await expect(chat('plain', [result])).rejects.toMatchObject({ code: 'request.invalid' });
  });

  it.each(['', 'a\nb', 'x'.repeat(201)])('takes %j for no context', async (contextId) => {
    await expect(chat('plain', hello, contextId)).rejects.toMatchObject({ code: 'request.invalid' });
    await expect(kept(contextId)).rejects.toMatchObject({ code: 'request.invalid' });
  });
});

describe('a context that is full', () => {
  const many = (count: number): readonly ChatMessage[] => Array.from({ length: count }, () => ({ role: 'user', content: 'x' }) as const);

  it.each([
    ['more chunks', many(contextLimits.chunks + 1), 'chunks'],
    ['a larger chunk', [{ role: 'user', content: 'x'.repeat(contextLimits.chunkBytes) } as const], 'in one chunk'],
    ['more bytes', Array.from({ length: 3 }, () => ({ role: 'user', content: 'x'.repeat(contextLimits.bytes / 3) }) as const), 'bytes'],
  ])('takes no %s, and nothing is sent', async (_what, messages, limit) => {
    await expect(chat('plain', messages)).rejects.toMatchObject({
      code: 'context.full',
      message: expect.stringContaining(limit) as string,
    });
    expect(sent).toEqual([]);
  });

  it('keeps the answer that goes beyond, and takes no more then', async () => {
    await chat('plain', many(contextLimits.chunks));
    expect(await kept()).toHaveLength(contextLimits.chunks + 1);

    await expect(chat('plain')).rejects.toMatchObject({ code: 'context.full' });
  });

  it('is not begun where the session has as many as it may', async () => {
    jest.spyOn(store, 'count').mockResolvedValue(contextLimits.contextsOfSession);
    await expect(chat('plain')).rejects.toMatchObject({ code: 'context.full' });
  });
});

describe('the contexts of a session', () => {
  it('are listed by their ids, page by page', async () => {
    for (const id of ['b', 'c', 'a']) await chat('plain', hello, id);

    const first = await running.contexts.list(address, { limit: 2 });
    const second = await running.contexts.list(address, { limit: 2, cursor: first.nextCursor ?? '' });

    expect(first).toMatchObject({ data: [{ id: 'a', chunks: 2, bytes: expect.any(Number) as number }, { id: 'b' }], nextCursor: 'b' });
    expect(second.data.map(({ id }) => id)).toEqual(['c']);
    expect(second.nextCursor).toBeUndefined();
  });

  it('show their chunks page by page', async () => {
    await chat('thinking');

    const first = await running.contexts.chunks(address, 'talk', { limit: 2 });
    const second = await running.contexts.chunks(address, 'talk', { limit: 2, cursor: first.nextCursor ?? '' });

    expect([...first.data, ...second.data].map(({ metadata }) => metadata.position)).toEqual([0, 1, 2]);
    expect(second.nextCursor).toBeUndefined();
  });

  it('refuse what is no page', async () => {
    await chat('plain');
    const invalid = { code: 'request.invalid' };
    await expect(running.contexts.list(address, { limit: 0 })).rejects.toMatchObject(invalid);
    await expect(running.contexts.chunks(address, 'talk', { limit: 201 })).rejects.toMatchObject(invalid);
    await expect(running.contexts.chunks(address, 'talk', { cursor: 'x' })).rejects.toMatchObject(invalid);
  });

  it('do not send what was pruned, and are gone with their last chunk', async () => {
    await chat('thinking');
    await chat('plain', [{ role: 'user', content: 'And?' }]);
    const [asked, thought] = await kept();

    expect(await running.maestro.deleteContextChunk('whole', 'work', 'talk', thought?.id ?? '')).toEqual([thought?.id]);
    await running.maestro.deleteContextChunk('whole', 'work', 'talk', asked?.id ?? '');
    await chat('plain', [{ role: 'user', content: 'So?' }]);

    expect(sent.at(-1)?.map(({ content }) => content)).toEqual(['Hi.', 'And?', 'Hi.', 'So?']);
    for (const { id } of await kept()) await running.maestro.deleteContextChunk('whole', 'work', 'talk', id);
    expect(await running.contexts.list(address)).toEqual({ data: [] });
  });

  it('say what is not there', async () => {
    await chat('plain');
    await expect(kept('another')).rejects.toMatchObject({ code: 'context.not-found' });
    await expect(running.maestro.deleteContextChunk('whole', 'work', 'talk', 'nothing')).rejects.toMatchObject({
      code: 'context.chunk-not-found',
    });
  });

  it('open in their own conversation and mouth only', async () => {
    await chat('plain');
    await chat('plain', hello, 'other');
    const [talk, other] = store.conversations;
    const [moved] = talk?.chunks ?? [];
    if (moved !== undefined) other?.chunks.splice(0, 1, moved);
    await expect(kept('other')).rejects.toMatchObject({ code: 'secret.unreadable' });
    if (moved !== undefined) talk?.chunks.splice(0, 1, { ...moved, role: 'system' });
    await expect(kept()).rejects.toMatchObject({ code: 'secret.unreadable' });
  });

  it('are for callers who may chat with the session', async () => {
    await chat('plain');
    const reader = running.contexts.for(aCaller(['sessions:read'], '*'));
    await expect(reader.list(address)).rejects.toMatchObject({ code: 'caller.scope-missing' });
    const stranger = running.contexts.for(aCaller(['chat'], 'home'));
    await expect(stranger.chunks(address, 'talk')).rejects.toMatchObject({ code: 'session.not-found' });
    const user = running.contexts.for(aCaller(['chat'], 'work'));
    expect((await user.chunks(address, 'talk')).data).toHaveLength(2);
  });
});

describe('a context that the provider keeps', () => {
  const refs: (string | undefined)[] = [];

  class RemoteStreaming extends TalkingStreaming {
    override async streamChat(client: ProviderClient, messages: readonly ChatMessage[], options: StreamOptions) {
      refs.push(options.contextRef);
      return super.streamChat(client, messages, options);
    }
  }

  let remote: RunningMaestro;
  beforeEach(async () => {
    refs.length = 0;
    const persistence = InMemoryPersistenceModule.of(undefined, undefined, store);
    remote = await startMaestro({ persistence, providers: [wholeProvider({ streaming: RemoteStreaming, context: WholeContext })] });
    await remote.maestro.createSession('whole', 'api_key', { name: 'work', credentials: anApiKey() });
  });
  afterEach(() => remote.close());

  const say = (content: string, special: object): Promise<unknown> =>
    remote.maestro.completeChat('whole', 'work', [{ role: 'user', content }], { model: 'plain', ...special });
  const chosen = (context: string): object => ({ providerOptions: { whole: { context } } });

  it('is told the new messages only, and stays there without being chosen again', async () => {
    await say('one', { contextId: 'talk', ...chosen('remote') });
    await say('two', { contextId: 'talk' });

    expect(refs).toEqual(['whole-context', 'whole-context']);
    expect(sent.at(-1)).toEqual([{ role: 'user', content: 'two' }]);
    expect((await remote.contexts.list(address)).data).toMatchObject([{ id: 'talk', management: 'remote', chunks: 0 }]);
    expect((await remote.contexts.chunks(address, 'talk')).nextCursor).toBe('1');
  });

  it('is one that was chosen: else Maestro keeps it', async () => {
    await say('one', { contextId: 'talk', ...chosen('local') });
    await say('two', { contextId: 'talk' });

    expect(refs).toEqual([undefined, undefined]);
    expect(sent.at(-1)).toHaveLength(3);
    await expect(say('three', { contextId: 'talk', ...chosen('remote') })).rejects.toMatchObject({ code: 'request.invalid' });
  });

  it.each([
    ['no choice', { contextId: 'talk', ...chosen('moon') }],
    ['a choice for no context', chosen('remote')],
  ])('is not begun with %s', async (_what, special) => {
    await expect(say('one', special)).rejects.toMatchObject({ code: 'request.invalid' });
  });

  it('is that of who was quicker, and none where the session is gone meanwhile', async () => {
    const quicker = jest
      .spyOn(store, 'keepRemote')
      .mockResolvedValueOnce({ id: 'x', contextId: ContextId.parse('talk'), remoteRef: 'first' });
    await say('one', { contextId: 'talk', ...chosen('remote') });
    expect(refs).toEqual(['first']);

    quicker.mockResolvedValueOnce(undefined);
    await expect(say('one', { contextId: 'talk', ...chosen('remote') })).rejects.toMatchObject({ code: 'session.not-found' });
  });
});

describe('at the end of the process', () => {
  it('every turn that was heard to its end is kept', async () => {
    const stream = await running.maestro.streamChat('whole', 'work', hello, { model: 'plain', contextId: 'talk' });
    for await (const { type } of stream) if (type === 'message-end') break;
    await running.close();

    expect(store.conversations[0]?.chunks).toHaveLength(2);
  });
});
