import type { Recording } from './cases.js';
import { cutShort, failingMidway } from './replay.js';
import type { ReadStream } from './summary.js';
import { recordedStream } from './through-encoders.js';

/** What becomes of the first half of a stream. */
export type BreakMode = 'cut' | 'errmid';

/** How a broken recording fails where its provider is asked natively. None: some are whole after half of their events. */
export async function failureOfBroken(recording: Recording, mode: BreakMode): Promise<ReadStream['error']> {
  const { id, kind, provider, api, features, expected, body: whole } = recording;
  const text = whole.toString('utf8');
  const body = Buffer.from(mode === 'cut' ? cutShort(text) : failingMidway(text, api));
  return (await recordedStream({ id, kind, provider, api, features, body, expected, request: undefined })).error;
}

/** Whether a body is the first half of a recording, and what `lastWords` says behind it where it is known to be cut. */
export async function isHalfWithEnd(body: Buffer, recording: Recording, lastWords: RegExp): Promise<boolean> {
  const half = Buffer.from(cutShort(recording.body.toString('utf8')));
  // What nobody can read is not known to be cut.
  const isKnownCut = (await failureOfBroken(recording, 'cut'))?.code === 'upstream.truncated';
  const end = body.subarray(half.length).toString('utf8');
  return body.subarray(0, half.length).equals(half) && (isKnownCut ? lastWords : /^$/).test(end);
}

/** Whether a body is a recording, byte by byte; some were recorded without their end, and have one appended. */
export async function isWholeRecording(body: Buffer, recording: Recording): Promise<boolean> {
  const isEnded = (await recordedStream(recording)).error?.code !== 'upstream.truncated';
  return (isEnded ? body : body.subarray(0, recording.body.length)).equals(recording.body);
}
