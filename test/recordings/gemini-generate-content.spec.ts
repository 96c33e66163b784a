import type { StreamEvent } from '../../src/contracts/stream-event.js';
import { errorFromResponse } from '../../src/dialects/gemini-generate-content/errors.js';
import { geminiGenerateContentDecoder } from '../../src/dialects/gemini-generate-content/stream-decoder.js';
import { decodedBatches } from '../../src/kit/decode-stream.js';
import { jsonArrayDecoder } from '../../src/kit/json-array-decoder.js';
import type { Recording } from './cases.js';
import { casesOf, describeRecordings } from './cases.js';
import { cuts, cutShort, failingMidway, reframings } from './replay.js';
import type { ReadStream } from './summary.js';
import { brokenPromises, expectedSummary, readStream, summaryOf } from './summary.js';

const providers = ['gemini', 'vertex'];

const read = (pieces: readonly Uint8Array[], { provider }: Recording): Promise<ReadStream> =>
  readStream(pieces, geminiGenerateContentDecoder(provider), provider);

function expectAsRecorded(stream: ReadStream, { expected }: Recording): void {
  const summary = summaryOf(stream);
  expect(summary).toEqual(expectedSummary(expected, summary));
  expect(brokenPromises(stream)).toEqual([]);
}

describeRecordings('recorded streams of generateContent', (recordings) => {
  const cases = casesOf(recordings, 'generate-content', providers);
  const streams = cases.filter(({ kind }) => kind === 'stream');
  const text = ({ body }: Recording): string => body.toString('utf8');

  it('are all there', () => {
    expect(streams.map(({ provider }) => provider).sort()).toEqual([...Array(17).fill('gemini'), ...Array(14).fill('vertex')]);
  });

  describe.each(Object.entries(reframings))('%s', (_, reframe) => {
    it.each(streams)('say what was expected: $id', async (recording) => {
      expectAsRecorded(await read([Buffer.from(reframe(text(recording)))], recording), recording);
    });
  });

  describe.each(Object.entries(cuts))('read %s', (_, cut) => {
    it.each(streams)('say what was expected: $id', async (recording) => {
      expectAsRecorded(await read(cut(recording.body), recording), recording);
    });
  });

  it.each(streams.filter(({ body }) => body.length < 3000))('say the same, cut in two anywhere: $id', async (recording) => {
    const { body } = recording;
    const whole = JSON.stringify(await read([body], recording));
    const different: number[] = [];
    for (let at = 1; at < body.length; at += 1) {
      const stream = await read([body.subarray(0, at), body.subarray(at)], recording);
      if (JSON.stringify(stream) !== whole) different.push(at);
    }
    expect(different).toEqual([]);
  });

  it.each(streams)('end in a failure that was reported midway: $id', async (recording) => {
    const stream = await read([Buffer.from(failingMidway(text(recording), recording.api))], recording);
    expect(stream.error?.code).toBe('upstream.overloaded');
    expect(brokenPromises(stream)).toEqual([]);
  });

  it.each(streams)('are truncated without a reason to finish: $id', async (recording) => {
    const shortened = cutShort(text(recording));
    const stream = await read([Buffer.from(shortened)], recording);
    expect(stream.error?.code).toBe(/"finishReason"/.test(shortened) ? undefined : 'upstream.truncated');
    expect(brokenPromises(stream)).toEqual([]);
  });

  it.each(cases.filter(({ kind }) => kind === 'json'))('read a whole answer as a stream of one event: $id', async (recording) => {
    const answer = JSON.stringify(JSON.parse(text(recording)));
    expectAsRecorded(await read([Buffer.from(`data: ${answer}\n\n`)], recording), recording);
  });
});

describeRecordings('a recorded body without alt=sse', (recordings) => {
  const arrays = recordings.arrays.filter(({ provider }) => providers.includes(provider));

  it.each(arrays)('gives its objects as events, cut anywhere: $id', async ({ body, provider }) => {
    for (const size of [1, 7, body.length]) {
      const pieces = Array.from({ length: Math.ceil(body.length / size) }, (_, at) => body.subarray(at * size, (at + 1) * size));
      const batches = decodedBatches(inTurn(pieces), geminiGenerateContentDecoder(provider), provider, jsonArrayDecoder());
      const events: StreamEvent[] = [];
      for await (const batch of batches) events.push(...batch);
      const stream: ReadStream = { events };
      expect(brokenPromises(stream)).toEqual([]);
      expect(summaryOf(stream)).toMatchObject({ finish: 'tool-calls', signatures: true, isFailed: false });
      expect(summaryOf(stream).toolCalls).toEqual([
        expect.objectContaining({ name: 'add_person', args: expect.objectContaining({ name: 'Alice', age: 30 }) }),
      ]);
    }
  });
});

describeRecordings('recorded refusals of generateContent', (recordings) => {
  it('are read as what they are', () => {
    const refusals = recordings.errors.filter(({ provider }) => providers.includes(provider));
    const codes = refusals.map(({ provider, status, headers, body }) => {
      const { code, retryAfterMs } = errorFromResponse(provider, status, headers, body);
      return `${provider} ${String(status)} ${code}${retryAfterMs === undefined ? '' : ` after ${String(retryAfterMs)} ms`}`;
    });
    expect(codes.sort()).toEqual([
      'gemini 400 session.credential-rejected',
      'gemini 404 upstream.not-found',
      'gemini 404 upstream.not-found',
      'gemini 429 upstream.rate-limited after 34400 ms',
      'vertex 400 upstream.invalid-request',
      'vertex 404 upstream.not-found',
    ]);
  });
});

async function* inTurn(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}
