import { eventsFromAnswer } from '../../src/dialects/anthropic-messages/answer.js';
import { anthropicMessagesFailure } from '../../src/dialects/anthropic-messages/errors.js';
import { anthropicMessagesDecoder } from '../../src/dialects/anthropic-messages/stream-decoder.js';
import type { Recording } from './cases.js';
import { casesOf, describeRecordings } from './cases.js';
import { cuts, cutShort, failingMidway, reframings } from './replay.js';
import type { ReadStream } from './summary.js';
import { brokenPromises, collected, expectedSummary, readStream, summaryOf } from './summary.js';

const read = (pieces: readonly Uint8Array[]): Promise<ReadStream> => readStream(pieces, anthropicMessagesDecoder('anthropic'), 'anthropic');

function expectAsRecorded(stream: ReadStream, { expected }: Recording): void {
  const summary = summaryOf(stream);
  expect(summary).toEqual(expectedSummary(expected, summary));
  expect(brokenPromises(stream)).toEqual([]);
}

/** The same places in each run: a cut that fails must fail again. */
function somePlaces(length: number, count: number): readonly number[] {
  let seed = length;
  return Array.from({ length: count }, () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return 1 + (seed % (length - 1));
  });
}

describeRecordings('recorded Messages streams', (recordings) => {
  const streams = casesOf(recordings, 'messages').filter(({ kind }) => kind === 'stream');
  const text = ({ body }: Recording): string => body.toString('utf8');

  it('are all there', () => {
    expect(streams).toHaveLength(48);
  });

  describe.each(Object.entries(reframings))('%s', (_, reframe) => {
    it.each(streams)('say what was expected: $id', async (recording) => {
      expectAsRecorded(await read([Buffer.from(reframe(text(recording)))]), recording);
    });
  });

  describe.each(Object.entries(cuts))('read %s', (_, cut) => {
    it.each(streams)('say what was expected: $id', async (recording) => {
      expectAsRecorded(await read(cut(recording.body)), recording);
    });
  });

  it.each(streams)('say the same, cut in two anywhere: $id', async (recording) => {
    const { body } = recording;
    const whole = JSON.stringify(await read([body]));
    const places = body.length < 3000 ? Array.from({ length: body.length - 1 }, (_, at) => at + 1) : somePlaces(body.length, 10);
    const different: number[] = [];
    for (const at of places) {
      if (JSON.stringify(await read([body.subarray(0, at), body.subarray(at)])) !== whole) different.push(at);
    }
    expect(different).toEqual([]);
  });

  const whole = streams.filter(({ expected }) => expected.error === null);

  it.each(whole)('end in a failure that was reported midway: $id', async (recording) => {
    const stream = await read([Buffer.from(failingMidway(text(recording), recording.api))]);
    expect(stream.error?.code).toBe('upstream.overloaded');
    expect(brokenPromises(stream)).toEqual([]);
  });

  it.each(whole)('are truncated without their last event: $id', async (recording) => {
    const stream = await read([Buffer.from(cutShort(text(recording)))]);
    expect(stream.error?.code).toBe('upstream.truncated');
    expect(brokenPromises(stream)).toEqual([]);
  });

  it('end in a failure where a second message begins within the first', async () => {
    const spliced = streams.filter(({ expected }) => expected.error !== null);
    const ends = await Promise.all(spliced.map(async ({ body }) => (await read([body])).error?.code));
    expect(ends).toEqual(['upstream.malformed']);
  });
});

describeRecordings('recorded Messages answers', (recordings) => {
  const answers = casesOf(recordings, 'messages').filter(({ kind }) => kind === 'json');

  it.each(answers)('say what was expected: $id', async (recording) => {
    expectAsRecorded(await collected(eventsFromAnswer('anthropic', JSON.parse(recording.body.toString('utf8')))), recording);
  });
});

describeRecordings('recorded refusals of Messages', (recordings) => {
  it('are read as what they are', () => {
    const refusals = recordings.errors.filter(({ api }) => api === 'messages');
    const codes = refusals.map(({ status, headers, body }) => {
      const { code, upstream } = anthropicMessagesFailure('anthropic', status, headers, body);
      return `${String(status)} ${code} (${upstream?.code ?? 'none'})`;
    });
    expect(codes.sort()).toEqual([
      '400 upstream.context-too-long (invalid_request_error)',
      '400 upstream.invalid-request (invalid_request_error)',
      '404 upstream.not-found (not_found_error)',
    ]);
  });
});
