import { geminiGenerateContentDecoder } from '../../src/dialects/gemini-generate-content/stream-decoder.js';
import { geminiGenerateContentEncoder } from '../../src/dialects/gemini-generate-content/stream-encoder.js';
import type { BreakMode } from '../recordings/broken.js';
import type { Recording } from '../recordings/cases.js';
import { describeRecordings } from '../recordings/cases.js';
import type { ReplayingGateway } from '../recordings/replay-process.js';
import { modelOf, startReplayingGateway } from '../recordings/replay-process.js';
import { compareReading, silentlyBroken } from '../recordings/sdk-reading.js';
import type { SdkOutcome, SdkProcess } from '../support/sdk-process.js';
import { startSdk } from '../support/sdk-process.js';
import { providers } from './door-gateway.js';

const contents = [{ role: 'user', parts: [{ text: 'Hello' }] }];
const httpOptions = { headers: { 'x-maestro-retries': '0' } };
const wire = {
  api: 'generate-content',
  encoder: geminiGenerateContentEncoder,
  decoder: geminiGenerateContentDecoder('maestro'),
  // The client adds what it knows of the HTTP answer.
  received: (item: unknown) => ({ ...(item as object), sdkHttpResponse: undefined }),
} as const;

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
        const { isSame, differing } = await compareReading(wire, recording, await read(recording));
        return isSame ? [] : [differing];
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
      const { broken, silent } = await silentlyBroken(
        streamsOf(provider),
        async (recording, mode) => (await read(recording, mode)).error !== undefined,
      );
      console.info(`generateContent, broken: ${provider} raised ${String(broken - silent.length)} of ${String(broken)}`);

      expect(silent).toEqual([]);
      expect(broken).toBeGreaterThan(10);
    },
    60_000,
  );
});
