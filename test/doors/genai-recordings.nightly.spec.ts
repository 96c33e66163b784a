import { geminiGenerateContentDecoder } from '../../src/dialects/gemini-generate-content/stream-decoder.js';
import { geminiGenerateContentEncoder } from '../../src/dialects/gemini-generate-content/stream-encoder.js';
import type { BreakMode } from '../recordings/broken.js';
import { failureOfBroken } from '../recordings/broken.js';
import type { Recording } from '../recordings/cases.js';
import { describeRecordings } from '../recordings/cases.js';
import type { ReplayingGateway } from '../recordings/replay-process.js';
import { modelOf, startReplayingGateway } from '../recordings/replay-process.js';
import type { ReadStream } from '../recordings/summary.js';
import { readStream, summaryOf } from '../recordings/summary.js';
import { readThrough, recordedStream } from '../recordings/through-encoders.js';
import type { SdkOutcome, SdkProcess } from '../support/sdk-process.js';
import { startSdk } from '../support/sdk-process.js';
import { providers } from './door-gateway.js';

const contents = [{ role: 'user', parts: [{ text: 'Hello' }] }];
const httpOptions = { headers: { 'x-maestro-retries': '0' } };
const decoder = geminiGenerateContentDecoder('maestro');

describeRecordings('recorded streams through the door, read by the @google/genai SDK', ({ cases }) => {
  let replaying: ReplayingGateway;
  let genai: SdkProcess;

  beforeAll(async () => {
    replaying = await startReplayingGateway(providers);
    genai = startSdk('genai', replaying.gateway.gateway.url, replaying.gateway.adminKey);
  }, 120_000);

  afterAll(async () => {
    await genai.close();
    await replaying.close();
  });

  /** Of a vendor with two wires those of the one that a translated request goes by. */
  const streamsOf = (provider: string): readonly Recording[] =>
    cases.filter((recording) => recording.kind === 'stream' && recording.provider === provider && recording.api !== 'chat');

  const read = ({ id, provider }: Recording, mode?: BreakMode): Promise<SdkOutcome> =>
    genai.call('models.generateContentStream', [{ model: `${provider}/${modelOf(id, mode)}`, contents, config: { httpOptions } }]);

  it.each(providers)(
    'say of %s all that the wire can say',
    async (provider) => {
      const streams = streamsOf(provider);
      const compared = streams.map(async (recording) => {
        const outcome = await read(recording);
        const told = summaryOf(await itemsRead(outcome));
        const expected = summaryOf(await sayable(recording));
        const isSame = JSON.stringify(told) === JSON.stringify(expected) && expected.text === recording.expected.text;
        return isSame ? [] : [{ id: recording.id, told, expected, error: outcome.error }];
      });
      const wrong = (await Promise.all(compared)).flat();
      console.info(
        `generateContent, read by @google/genai: ${provider} ${String(streams.length - wrong.length)} of ${String(streams.length)}`,
      );

      expect(wrong).toEqual([]);
      expect(streams.length).toBeGreaterThan(10);
    },
    60_000,
  );

  it.each(providers)(
    'say of %s that they broke off, cut or with a failure in the middle',
    async (provider) => {
      const runs = streamsOf(provider).flatMap((recording) => (['cut', 'errmid'] as const).map((mode) => ({ recording, mode })));
      const outcomes = runs.map(async ({ recording, mode }) => {
        if ((await failureOfBroken(recording, mode)) === undefined) return [];
        const { error } = await read(recording, mode);
        return [{ id: `${recording.id} ${mode}`, isTold: error !== undefined }];
      });
      const broken = (await Promise.all(outcomes)).flat();
      const silent = broken.filter(({ isTold }) => !isTold).map(({ id }) => id);
      console.info(`generateContent, broken: ${provider} raised ${String(broken.length - silent.length)} of ${String(broken.length)}`);

      expect(silent).toEqual([]);
      expect(broken.length).toBeGreaterThan(10);
    },
    60_000,
  );
});

/** The client adds what it knows of the HTTP answer. */
function itemsRead({ items = [] }: SdkOutcome): Promise<ReadStream> {
  const chunks = items.map((item) => ({ ...(item as object), sdkHttpResponse: undefined }));
  return readStream([Buffer.from(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join(''))], decoder, 'maestro');
}

async function sayable(recording: Recording): Promise<ReadStream> {
  const stream = await recordedStream(recording);
  return recording.api === 'generate-content' ? stream : (await readThrough(stream, geminiGenerateContentEncoder, decoder)).read;
}
