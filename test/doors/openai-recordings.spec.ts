import type { StreamState } from '../../src/contracts/behaviours/streaming.behaviour.js';
import { openAiChatDecoder } from '../../src/dialects/openai-chat/stream-decoder.js';
import { openAiChatEncoder } from '../../src/dialects/openai-chat/stream-encoder.js';
import { openAiResponsesDecoder } from '../../src/dialects/openai-responses/stream-decoder.js';
import { openAiResponsesEncoder } from '../../src/dialects/openai-responses/stream-encoder.js';
import type { BreakMode } from '../recordings/broken.js';
import { isHalfWithEnd, isWholeRecording } from '../recordings/broken.js';
import type { Recording } from '../recordings/cases.js';
import { describeRecordings } from '../recordings/cases.js';
import type { ReplayingGateway } from '../recordings/replay-process.js';
import { modelOf, startReplayingGateway } from '../recordings/replay-process.js';
import type { ReadWire } from '../recordings/sdk-reading.js';
import { compareReading, silentlyBroken } from '../recordings/sdk-reading.js';
import type { SdkOutcome, SdkProcess } from '../support/sdk-process.js';
import { startSdk } from '../support/sdk-process.js';
import { providers } from './door-gateway.js';

/** One of the vendor's two wires, as its own client is asked for it. */
interface OwnWire extends ReadWire<StreamState, StreamState> {
  readonly path: string;
  readonly method: string;
  /** What a stream that was cut has appended. */
  readonly lastWords: RegExp;
  ask(model: string): object;
}

const messages = [{ role: 'user', content: 'Hello' }];

const chat: OwnWire = {
  api: 'chat',
  path: '/v1/chat/completions',
  method: 'chat.completions.create',
  lastWords: /^data: \{"error":.*\}\n\n$/,
  encoder: openAiChatEncoder({ created: 0, includeUsage: true }),
  decoder: openAiChatDecoder('maestro'),
  ask: (model) => ({ model, messages, stream: true, stream_options: { include_usage: true } }),
};

const responses: OwnWire = {
  api: 'responses',
  path: '/v1/responses',
  method: 'responses.create',
  lastWords: /^event: response\.failed\ndata: \{.*\}\n\nevent: error\ndata: \{.*\}\n\n$/,
  encoder: openAiResponsesEncoder({ created: 0 }),
  decoder: openAiResponsesDecoder('maestro'),
  ask: (model) => ({ model, input: 'Hello', stream: true }),
};

describeRecordings('recorded streams through the door, read by the openai SDK', ({ cases }) => {
  let replaying: ReplayingGateway;
  let openai: SdkProcess;

  beforeAll(async () => {
    replaying = await startReplayingGateway(providers);
    openai = startSdk('openai', `${replaying.gateway.gateway.url}/v1`, replaying.gateway.adminKey);
  }, 120_000);

  afterAll(async () => {
    await openai.close();
    await replaying.close();
  });

  /** What this wire gets to see: its own recordings from its own vendor, everything from the others. */
  const streamsFor = (wire: OwnWire, provider: string): readonly Recording[] =>
    cases.filter(
      (recording) =>
        recording.kind === 'stream' && recording.provider === provider && (provider !== 'openai' || recording.api === wire.api),
    );

  const read = (wire: OwnWire, { id, provider }: Recording, mode?: BreakMode): Promise<SdkOutcome> =>
    openai.call(wire.method, [wire.ask(`${provider}/${modelOf(id, mode)}`), { headers: { 'x-maestro-retries': '0' } }]);

  for (const wire of [chat, responses]) {
    describe(`at ${wire.path}`, () => {
      it.each(providers)(
        'say of %s all that the wire can say',
        async (provider) => {
          const streams = streamsFor(wire, provider);
          const compared = streams.map(async (recording) => {
            const { isSame, differing } = await compareReading(wire, recording, await read(wire, recording));
            return isSame ? [] : [differing];
          });
          const wrong = (await Promise.all(compared)).flat();
          console.info(
            `${wire.path}, read by the openai SDK: ${provider} ${String(streams.length - wrong.length)} of ${String(streams.length)}`,
          );

          expect(wrong).toEqual([]);
          expect(streams.length).toBeGreaterThan(10);
        },
        60_000,
      );

      it.each(providers)(
        'say of %s that they broke off, cut or with a failure in the middle',
        async (provider) => {
          const { broken, silent } = await silentlyBroken(streamsFor(wire, provider), async (recording, mode) => {
            const { items, error } = await read(wire, recording, mode);
            // The vendor's own event of a failure passes as it is, and its own client hands it on instead of throwing.
            return error !== undefined || (items?.at(-1) as { readonly type?: string } | undefined)?.type === 'error';
          });
          console.info(`${wire.path}, broken: ${provider} raised ${String(broken - silent.length)} of ${String(broken)}`);

          expect(silent).toEqual([]);
          expect(broken).toBeGreaterThan(10);
        },
        60_000,
      );

      it('are the bytes of the vendor where an answer came whole', async () => {
        const answers = cases.filter(({ kind, provider, api }) => kind === 'json' && provider === 'openai' && api === wire.api);
        const compared = answers.map(async ({ id, body }) => {
          const asked = { ...wire.ask(`openai/${modelOf(id)}`), stream: false };
          const response = await replaying.gateway.send('POST', wire.path, { body: asked });
          return Buffer.from(await response.arrayBuffer()).equals(body) ? [] : [id];
        });

        expect((await Promise.all(compared)).flat()).toEqual([]);
        expect(answers.length).toBeGreaterThan(10);
      }, 60_000);

      it('are the bytes of the vendor where it speaks the wire; what was cut has its end appended', async () => {
        const fetched = async (id: string, mode?: BreakMode): Promise<Buffer> => {
          const body = wire.ask(`openai/${modelOf(id, mode)}`);
          const response = await replaying.gateway.send('POST', wire.path, { body });
          return Buffer.from(await response.arrayBuffer());
        };
        const compared = streamsFor(wire, 'openai').map(async (recording) => {
          const [whole, cut] = await Promise.all([fetched(recording.id), fetched(recording.id, 'cut')]);
          const isSame = await isWholeRecording(whole, recording);
          const isHalf = await isHalfWithEnd(cut, recording, wire.lastWords);
          return isSame && isHalf ? [] : [{ id: recording.id, isSame, isHalf }];
        });
        const changed = (await Promise.all(compared)).flat();

        expect(changed).toEqual([]);
      }, 60_000);
    });
  }
});
