import { anthropicMessagesDecoder } from '../../src/dialects/anthropic-messages/stream-decoder.js';
import { anthropicMessagesEncoder } from '../../src/dialects/anthropic-messages/stream-encoder.js';
import { openAiChatDecoder } from '../../src/dialects/openai-chat/stream-decoder.js';
import { openAiChatEncoder } from '../../src/dialects/openai-chat/stream-encoder.js';
import { openAiResponsesDecoder } from '../../src/dialects/openai-responses/stream-decoder.js';
import { openAiResponsesEncoder } from '../../src/dialects/openai-responses/stream-encoder.js';
import type { StreamState } from '../../src/contracts/behaviours/streaming.behaviour.js';
import type { StreamEvent } from '../../src/contracts/stream-event.js';
import type { BreakMode } from '../recordings/broken.js';
import type { Recording } from '../recordings/cases.js';
import { describeRecordings } from '../recordings/cases.js';
import type { ReplayingGateway } from '../recordings/replay-process.js';
import { modelOf, startReplayingGateway } from '../recordings/replay-process.js';
import type { ReadWire } from '../recordings/sdk-reading.js';
import { compareReading, silentlyBroken } from '../recordings/sdk-reading.js';
import { summaryOf } from '../recordings/summary.js';
import { recordedStream } from '../recordings/through-encoders.js';
import type { SdkOutcome, SdkProcess } from '../support/sdk-process.js';
import { startSdk } from '../support/sdk-process.js';

/** Whose recordings go through which of our providers: a vendor by its own, a server that has none by one of its kind. */
const providerOf: Readonly<Record<string, string>> = {
  ...{ alibaba: 'alibaba', cerebras: 'cerebras', deepseek: 'deepseek', groq: 'groq', huggingface: 'huggingface', mistral: 'mistral' },
  ...{ moonshotai: 'moonshot', ollama: 'ollama', openrouter: 'openrouter', together: 'together', xai: 'xai', zai: 'zai' },
  ...{ crusoe: 'vllm', gpustack: 'vllm', snowflake: 'vllm', 'openai-compatible': 'localai', 'local-server': 'llama-cpp' },
  ...{ azure: 'localai', heroku: 'localai', portkey: 'localai', gemini: 'localai', 'bedrock-mantle': 'localai' },
  ...{ 'other-demo-endpoints-pydantic-worker': 'localai', 'other-gateway-pydantic-dev': 'localai' },
};
/** Their recordings of other wires, through the provider whose wire it is. */
const makerOf: Readonly<Record<string, string>> = { responses: 'openai', 'generate-content': 'gemini' };
const providers = [...new Set([...Object.values(providerOf), ...Object.values(makerOf)])];

function throughOf({ api, provider }: Recording): string | undefined {
  if (api === 'chat') return providerOf[provider];
  return makerOf[api] === provider ? undefined : makerOf[api];
}

const messages = [{ role: 'user', content: 'Hello' }];
const noRetries = { headers: { 'x-maestro-retries': '0' } };

function addressOf(recording: Recording, mode?: BreakMode): string {
  return `${throughOf(recording) ?? ''}/${modelOf(recording.id, mode)}`;
}

const chatWire = {
  api: 'chat',
  encoder: openAiChatEncoder({ created: 0, includeUsage: true }),
  decoder: openAiChatDecoder('maestro'),
} as const;
const responsesWire = {
  api: 'responses',
  encoder: openAiResponsesEncoder({ created: 0 }),
  decoder: openAiResponsesDecoder('maestro'),
} as const;
const messagesWire = { api: 'messages', encoder: anthropicMessagesEncoder, decoder: anthropicMessagesDecoder('maestro') } as const;

describeRecordings('recorded streams of compatible vendors', ({ cases }) => {
  const recordings = cases.filter((recording) => throughOf(recording) !== undefined);
  const streams = recordings.filter(({ kind }) => kind === 'stream');
  let replaying: ReplayingGateway;
  let openai: SdkProcess;
  let anthropic: SdkProcess;

  beforeAll(async () => {
    replaying = await startReplayingGateway(providers);
    const { gateway, adminKey } = replaying.gateway;
    openai = startSdk('openai', `${gateway.url}/v1`, adminKey);
    anthropic = startSdk('anthropic', gateway.url, adminKey);
  }, 120_000);

  afterAll(async () => {
    await Promise.all([openai.close(), anthropic.close()]);
    await replaying.close();
  });

  const readChat = (recording: Recording, mode?: BreakMode): Promise<SdkOutcome> => {
    const asked = { model: addressOf(recording, mode), messages, stream: true, stream_options: { include_usage: true } };
    return openai.call('chat.completions.create', [asked, noRetries]);
  };

  const readResponses = (recording: Recording, mode?: BreakMode): Promise<SdkOutcome> =>
    openai.call('responses.create', [{ model: addressOf(recording, mode), input: 'Hello', stream: true }, noRetries]);

  /** At the OpenAI door, in the wire that was recorded: the provider of these speaks both. */
  const readOpenAi = (recording: Recording, mode?: BreakMode): Promise<SdkOutcome> =>
    recording.api === 'responses' ? readResponses(recording, mode) : readChat(recording, mode);

  const readMessages = (recording: Recording, mode?: BreakMode): Promise<SdkOutcome> =>
    anthropic.call('messages.create', [{ model: addressOf(recording, mode), max_tokens: 100, messages, stream: true }, noRetries]);

  const readingOf = async <Encoding extends StreamState, Decoding extends StreamState>(
    wire: ReadWire<Encoding, Decoding>,
    recording: Recording,
    read: (recording: Recording) => Promise<SdkOutcome>,
  ) => {
    const outcome = await read(recording);
    return { ...(await compareReading(wire, recording, outcome)), isThrown: outcome.error !== undefined };
  };

  it('are what a caller of the native API gets', async () => {
    const compared = streams.map(async (recording) => {
      const received = await replaying.gateway.chat({
        provider: throughOf(recording),
        session: `recorded_${throughOf(recording) ?? ''}`,
        model: modelOf(recording.id),
        messages,
      });
      const expected = await recordedStream(recording);
      const isFailed = received.some(({ event }) => event === 'error');
      if (isFailed || expected.error !== undefined) return isFailed && expected.error !== undefined ? [] : [{ id: recording.id, received }];
      const events = received.map(({ data: { seq: _seq, ...event } }) => event as unknown as StreamEvent);
      const isSame = JSON.stringify(summaryOf({ events })) === JSON.stringify(summaryOf(expected));
      return isSame ? [] : [{ id: recording.id, told: summaryOf({ events }), expected: summaryOf(expected) }];
    });
    const wrong = (await Promise.all(compared)).flat();
    console.info(`compatible vendors, native API: ${String(streams.length - wrong.length)} of ${String(streams.length)}`);

    expect(wrong).toEqual([]);
    expect(streams.length).toBeGreaterThan(40);
  }, 60_000);

  it.each([
    [
      '/v1, by the openai SDK',
      (recording: Recording) =>
        recording.api === 'responses' ? readingOf(responsesWire, recording, readOpenAi) : readingOf(chatWire, recording, readOpenAi),
    ],
    ['/v1/messages, by the @anthropic-ai/sdk', (recording: Recording) => readingOf(messagesWire, recording, readMessages)],
  ] as const)(
    'say all that the wire can say at %s',
    async (place, reading) => {
      const compared = streams.map(async (recording) => {
        const { isSame, differing, isThrown } = await reading(recording);
        // A client that throws has told the failure; what it hands on before that differs from client to client.
        return isSame || (isThrown && recording.expected.error !== null) ? [] : [differing];
      });
      const wrong = (await Promise.all(compared)).flat();
      console.info(`compatible vendors at ${place}: ${String(streams.length - wrong.length)} of ${String(streams.length)}`);

      expect(wrong).toEqual([]);
    },
    60_000,
  );

  it.each([
    ['/v1, by the openai SDK', readOpenAi],
    ['/v1/messages', readMessages],
  ] as const)(
    'say that they broke off, cut or with a failure in the middle, at %s',
    async (place, read) => {
      const { broken, silent } = await silentlyBroken(streams, async (recording, mode) => {
        const { items, error } = await read(recording, mode);
        // The vendor's own event of a failure passes as it is, and its maker's client hands it on instead of throwing.
        return error !== undefined || (items?.at(-1) as { readonly type?: string } | undefined)?.type === 'error';
      });
      console.info(`compatible vendors, broken, at ${place}: raised ${String(broken - silent.length)} of ${String(broken)}`);

      expect(silent).toEqual([]);
      expect(broken).toBeGreaterThan(40);
    },
    60_000,
  );

  it('are the bytes of the vendor at its own door, streamed or whole', async () => {
    const ofThisWire = recordings.filter(({ api }) => api === 'chat');
    const compared = ofThisWire.map(async (recording) => {
      const body = { model: addressOf(recording), messages, stream: recording.kind === 'stream' };
      const response = await replaying.gateway.send('POST', '/v1/chat/completions', { body });
      const bytes = Buffer.from(await response.arrayBuffer());
      // What broke off has an end appended.
      const isBroken = recording.kind === 'stream' && (await recordedStream(recording)).error !== undefined;
      const isSame = (isBroken ? bytes.subarray(0, recording.body.length) : bytes).equals(recording.body);
      return isSame ? [] : [recording.id];
    });
    const changed = (await Promise.all(compared)).flat();
    console.info(`compatible vendors, same bytes: ${String(ofThisWire.length - changed.length)} of ${String(ofThisWire.length)}`);

    expect(changed).toEqual([]);
  }, 60_000);
});
