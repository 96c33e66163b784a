import { WholeContext, WholeOAuth } from '../../test/extension/fixtures/whole-behaviours.js';
import { aCaller, anApiKey, tokens } from '../../test/support/a-session.js';
import type { RunningMaestro } from '../../test/support/start-maestro.js';
import { startMaestro } from '../../test/support/start-maestro.js';
import { wholeProvider } from '../../test/support/whole-provider.js';

describe('the universal provider', () => {
  let running: RunningMaestro;
  let maestro: RunningMaestro['maestro'];

  beforeAll(async () => {
    running = await startMaestro({
      providers: [wholeProvider({ oauth: WholeOAuth, context: WholeContext }), wholeProvider({ id: 'second' })],
    });
    maestro = running.maestro;
    await maestro.createSession('whole', 'api_key', { name: 'work', credentials: anApiKey() });
    await maestro.createSession('second', 'api_key', { name: 'other', credentials: anApiKey() });
  });

  afterAll(() => running.close());

  it('lists the providers with what each can do', () => {
    expect(maestro.listProviders()).toEqual([
      {
        id: 'whole',
        displayName: 'Whole',
        authTypes: ['oauth', 'api_key'],
        features: ['streaming', 'model_listing', 'context_management', 'token_refresh'],
      },
      { id: 'second', displayName: 'Whole', authTypes: ['api_key'], features: ['streaming', 'model_listing', 'context_management'] },
    ]);
    expect(maestro.providerCapabilities('second')).toMatchObject({ provider: 'second', contextManagement: 'local' });
    expect(() => maestro.providerCapabilities('nobody')).toThrow(expect.objectContaining({ code: 'provider.unknown' }) as Error);
  });

  it('creates and deletes sessions', async () => {
    const session = await maestro.createSession('whole', 'oauth', { name: 'gone', credentials: tokens() });

    await expect(maestro.deleteSession('whole', 'oauth', session.id)).resolves.toBeUndefined();
    await expect(maestro.deleteSession('whole', 'oauth', 'gone')).rejects.toMatchObject({ code: 'session.not-found' });
    await expect(maestro.deleteSession('whole', 'password', 'gone')).rejects.toMatchObject({ code: 'auth-type.unknown' });
  });

  it('asks for models with or without the auth type', async () => {
    await expect(maestro.listModels('whole', 'api_key', 'work')).resolves.toEqual([]);
    await expect(maestro.getModel('whole', undefined, 'work', 'm1')).resolves.toMatchObject({ id: 'm1' });
    await expect(maestro.listModels('nobody', undefined, 'work')).rejects.toMatchObject({ code: 'provider.unknown' });
  });

  it('gives all chunks of a context, over as many pages as there are', async () => {
    const messages = Array.from({ length: 230 }, (_none, index) => ({ role: 'user', content: String(index) }) as const);
    await maestro.completeChat('second', 'other', messages, { model: 'm', contextId: 'conversation' });

    const chunks = await maestro.listContextChunks('second', 'other', 'conversation', { authType: 'api_key' });

    expect(chunks.map(({ content }) => content)).toEqual(messages.map(({ content }) => content));
    const id = chunks[3]?.id ?? '';
    await expect(maestro.deleteContextChunk('second', 'other', 'conversation', id)).resolves.toEqual([id]);
    await expect(maestro.deleteContextChunk('second', 'other', 'conversation', id)).rejects.toMatchObject({
      code: 'context.chunk-not-found',
    });
  });

  it('gives the chunks that a provider keeps, where a chat chose so', async () => {
    const chosen = { model: 'm', contextId: 'remote', providerOptions: { whole: { context: 'remote' } } } as const;
    await maestro.completeChat('whole', 'work', [{ role: 'user', content: 'Hello' }], chosen);

    const chunks = await maestro.listContextChunks('whole', 'work', 'remote');

    expect(chunks.map(({ id }) => id)).toEqual(['c1', 'c2', 'c3']);
    await expect(maestro.deleteContextChunk('whole', 'work', 'remote', 'c3')).resolves.toEqual(['c3']);
    await expect(maestro.deleteContextChunk('whole', 'work', 'remote', 'c9')).rejects.toMatchObject({ code: 'context.chunk-not-found' });
  });

  it.each(['', 'a\nb', 'x'.repeat(201)])('takes %j for no context', async (contextId) => {
    await expect(maestro.listContextChunks('whole', 'work', contextId)).rejects.toMatchObject({ code: 'request.invalid' });
  });

  it('says what a provider does not offer', async () => {
    const unsupported = { code: 'operation.unsupported' };
    await expect(maestro.refreshTokens('second', 'work')).rejects.toMatchObject(unsupported);
    await expect(maestro.refreshTokens('whole', 'work')).rejects.toMatchObject({ code: 'session.not-found' });
  });

  it('acts for a caller with what that caller may do, everywhere', async () => {
    const reader = maestro.for(aCaller(['sessions:read'], '*'));
    const missing = { code: 'caller.scope-missing' };

    await expect(reader.createSession('whole', 'api_key', { name: 'mine', credentials: anApiKey() })).rejects.toMatchObject(missing);
    await expect(reader.deleteSession('whole', 'api_key', 'work')).rejects.toMatchObject(missing);
    await expect(reader.listModels('whole', undefined, 'work')).rejects.toMatchObject(missing);
    await expect(reader.getModel('whole', undefined, 'work', 'm1')).rejects.toMatchObject(missing);
    await expect(reader.listContextChunks('whole', 'work', 'c')).rejects.toMatchObject(missing);
    await expect(reader.deleteContextChunk('whole', 'work', 'c', 'c1')).rejects.toMatchObject(missing);
    await expect(maestro.listModels('whole', undefined, 'work')).resolves.toEqual([]);
  });
});
