import type { StreamState } from '../../src/contracts/behaviours/streaming.behaviour.js';
import type { StreamDecoder } from '../../src/contracts/behaviours/stream-decoder.js';
import type { StreamEncoder } from '../../src/contracts/behaviours/stream-encoder.js';
import { openAiChatDecoder } from '../../src/dialects/openai-chat/stream-decoder.js';
import { openAiChatEncoder } from '../../src/dialects/openai-chat/stream-encoder.js';
import { openAiResponsesDecoder } from '../../src/dialects/openai-responses/stream-decoder.js';
import { openAiResponsesEncoder } from '../../src/dialects/openai-responses/stream-encoder.js';
import type { Recording, RecordedWire } from '../recordings/cases.js';
import { describeRecordings } from '../recordings/cases.js';
import type { ReplayingGateway } from '../recordings/replay-process.js';
import { modelOf, startReplayingGateway } from '../recordings/replay-process.js';
import { cutShort, failingMidway } from '../recordings/replay.js';
import type { ReadStream } from '../recordings/summary.js';
import { readStream, summaryOf } from '../recordings/summary.js';
import { readThrough, recordedStream } from '../recordings/through-encoders.js';
import type { SdkOutcome, SdkProcess } from '../support/sdk-process.js';
import { startSdk } from '../support/sdk-process.js';
import { providers } from './door-gateway.js';

type Mode = 'cut' | 'errmid';

/** One of the vendor's two wires, as its own client is asked for it. */
interface OwnWire<Encoding extends StreamState, Decoding extends StreamState> {
  readonly api: RecordedWire;
  readonly path: string;
  readonly method: string;
  readonly encoder: StreamEncoder<Encoding>;
  readonly decoder: StreamDecoder<Decoding>;
  ask(model: string): object;
}

const messages = [{ role: 'user', content: 'Hello' }];

const chat: OwnWire<StreamState, StreamState> = {
  api: 'chat',
  path: '/v1/chat/completions',
  method: 'chat.completions.create',
  encoder: openAiChatEncoder({ created: 0, includeUsage: true }),
  decoder: openAiChatDecoder('maestro'),
  ask: (model) => ({ model, messages, stream: true, stream_options: { include_usage: true } }),
};

const responses: OwnWire<StreamState, StreamState> = {
  api: 'responses',
  path: '/v1/responses',
  method: 'responses.create',
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
  const streamsFor = (wire: typeof chat, provider: string): readonly Recording[] =>
    cases.filter(
      (recording) =>
        recording.kind === 'stream' && recording.provider === provider && (provider !== 'openai' || recording.api === wire.api),
    );

  const read = (wire: typeof chat, { id, provider }: Recording, mode?: Mode): Promise<SdkOutcome> =>
    openai.call(wire.method, [wire.ask(`${provider}/${modelOf(id, mode)}`), { headers: { 'x-maestro-retries': '0' } }]);

  for (const wire of [chat, responses]) {
    describe(`at ${wire.path}`, () => {
      it.each(providers)(
        'say of %s all that the wire can say',
        async (provider) => {
          const streams = streamsFor(wire, provider);
          const compared = streams.map(async (recording) => {
            const outcome = await read(wire, recording);
            const told = summaryOf(await itemsRead(wire, outcome));
            const expected = summaryOf(await sayable(wire, recording));
            const isSame = JSON.stringify(told) === JSON.stringify(expected) && expected.text === recording.expected.text;
            return isSame ? [] : [{ id: recording.id, told, expected, error: outcome.error }];
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
          const runs = streamsFor(wire, provider).flatMap((recording) => (['cut', 'errmid'] as const).map((mode) => ({ recording, mode })));
          const outcomes = runs.map(async ({ recording, mode }) => {
            if (!(await isBroken(recording, mode))) return [];
            const { items, error } = await read(wire, recording, mode);
            // The vendor's own event of a failure passes as it is, and its own client hands it on instead of throwing.
            const isHandedOn = (items?.at(-1) as { readonly type?: string } | undefined)?.type === 'error';
            return [{ id: `${recording.id} ${mode}`, isTold: error !== undefined || isHandedOn }];
          });
          const broken = (await Promise.all(outcomes)).flat();
          const count = broken.length;
          const silent = broken.filter(({ isTold }) => !isTold).map(({ id }) => id);
          console.info(`${wire.path}, broken: ${provider} raised ${String(count - silent.length)} of ${String(count)}`);

          expect(silent).toEqual([]);
          expect(count).toBeGreaterThan(10);
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
        const fetched = async (id: string, mode?: Mode): Promise<Buffer> => {
          const body = wire.ask(`openai/${modelOf(id, mode)}`);
          const response = await replaying.gateway.send('POST', wire.path, { body });
          return Buffer.from(await response.arrayBuffer());
        };
        const compared = streamsFor(wire, 'openai').map(async (recording) => {
          const { id, body } = recording;
          const [whole, cut] = await Promise.all([fetched(id), fetched(id, 'cut')]);
          // Some were recorded without their end.
          const isEnded = (await recordedStream(recording)).error?.code !== 'upstream.truncated';
          const isSame = isEnded ? whole.equals(body) : whole.subarray(0, body.length).equals(body);
          const half = Buffer.from(cutShort(body.toString('utf8')));
          const isHalf = cut.length > half.length && cut.subarray(0, half.length).equals(half);
          return isSame && isHalf
            ? []
            : [
                {
                  id,
                  isEnded,
                  isSame,
                  isHalf,
                  differs: whole.findIndex((byte, at) => byte !== body[at]),
                  lengths: [whole.length, body.length],
                },
              ];
        });
        const changed = (await Promise.all(compared)).flat();

        expect(changed).toEqual([]);
      }, 60_000);
    });
  }
});

function itemsRead({ decoder }: typeof chat, { items = [] }: SdkOutcome): Promise<ReadStream> {
  const text = items.map((item) => `data: ${JSON.stringify(item)}\n\n`).join('');
  return readStream([Buffer.from(text)], decoder, 'maestro');
}

async function sayable({ api, encoder, decoder }: typeof chat, recording: Recording): Promise<ReadStream> {
  const stream = await recordedStream(recording);
  return recording.api === api ? stream : (await readThrough(stream, encoder, decoder)).read;
}

/** Some are whole after half of their events. */
async function isBroken(recording: Recording, mode: Mode): Promise<boolean> {
  const text = recording.body.toString('utf8');
  const body = Buffer.from(mode === 'cut' ? cutShort(text) : failingMidway(text, recording.api));
  return (await recordedStream({ ...recordingParts(recording), body })).error !== undefined;
}

/** Without its getters, which would read files. */
function recordingParts({ id, kind, provider, api, features }: Recording): Omit<Recording, 'body'> & { readonly expected: never } {
  return { id, kind, provider, api, features, request: undefined } as unknown as Omit<Recording, 'body'> & { readonly expected: never };
}
