import type { StreamEvent } from '../../src/contracts/stream-event.js';
import { geminiGenerateContentDecoder } from '../../src/dialects/gemini-generate-content/stream-decoder.js';
import { decodedBatches } from '../../src/kit/decode-stream.js';
import { jsonArrayDecoder } from '../../src/kit/json-array-decoder.js';
import { casesOf, describeRecordings } from './cases.js';
import type { ReadStream } from './summary.js';
import { brokenPromises, summaryOf } from './summary.js';
import { describeWire } from './wire-suite.js';
import { generateContentWire } from './wires.js';

const providers = ['gemini', 'vertex'];

describeWire('recorded streams of generateContent', generateContentWire);

describeRecordings('the recorded streams of generateContent', (recordings) => {
  it('are all there', () => {
    const streams = casesOf(recordings, 'generate-content', providers).filter(({ kind }) => kind === 'stream');
    expect(streams.map(({ provider }) => provider).sort()).toEqual([...Array(17).fill('gemini'), ...Array(14).fill('vertex')]);
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

async function* inTurn(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}
