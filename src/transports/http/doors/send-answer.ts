import type { ServerResponse } from 'node:http';

import type { MaestroError } from '../../../contracts/errors/maestro-error.js';
import type { StreamEvent } from '../../../contracts/stream-event.js';
import type { ForwardedAnswer } from '../../../core/chat/forwarding.js';
import type { StreamWriter } from '../../../kit/door.js';
import { tellUntranslatedAtEnd, untranslatedTrailer } from '../untranslated.js';
import { drained, frameWriter, readersPatienceMs } from '../frame-writer.js';

/** Names its failure for the log, and gives it as what the client is told. */
export type FailureNote = (failure: unknown) => MaestroError;

const streamHeaders = { 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' };

/** Names of which a header holds no more. */
const mostUnsaid = 500;

/** Writes an answer in the words of the client's wire, as its events come. Resolves when it is over, whoever ended it. */
export async function sendWritten(
  raw: ServerResponse,
  events: AsyncIterable<StreamEvent>,
  writer: StreamWriter,
  noted: FailureNote,
): Promise<void> {
  raw.writeHead(200, { 'content-type': writer.contentType, ...streamHeaders, ...untranslatedTrailer });
  const unsaid = new Set<string>();
  const frames = frameWriter(raw, readersPatienceMs);
  try {
    for await (const event of events) {
      const { text, notices } = writer.write(event);
      for (const notice of notices) if (unsaid.size < mostUnsaid) unsaid.add(notice);
      if (text !== '') frames.write(text);
      const room = frames.room();
      if (room !== undefined) await room;
      if (raw.destroyed) return;
    }
    frames.write(writer.end());
  } catch (failure) {
    frames.write(writer.fail(noted(failure)));
  }
  frames.flush();
  tellUntranslatedAtEnd(raw, unsaid);
  raw.end();
}

/** What ends an answer that broke off; `undefined` where its kind has no words for it. */
export type BreakText = (error: MaestroError, contentType: string, tail: Uint8Array) => string | undefined;

/** Set by the gateway for all its answers. */
const own = new Set(['x-request-id', 'x-maestro-provider', 'x-maestro-session', 'x-maestro-overhead-ms']);

/** Hands a provider's answer on byte by byte. One that broke off ends with its wire's own words, or visibly broken. */
export async function sendForwarded(
  raw: ServerResponse,
  { status, headers, body }: ForwardedAnswer,
  breakText: BreakText,
  noted: FailureNote,
): Promise<void> {
  for (const [name, value] of Object.entries(headers)) {
    if (!own.has(name)) raw.setHeader(name, typeof value === 'string' ? value : [...value]);
    else if (name === 'x-request-id') raw.setHeader('x-maestro-upstream-request-id', String(value));
  }
  const contentType = String(headers['content-type'] ?? '').toLowerCase();
  if (contentType.startsWith('text/event-stream')) raw.setHeader('x-accel-buffering', 'no');
  raw.writeHead(status);
  let tail: Uint8Array = new Uint8Array();
  try {
    for await (const piece of body) {
      tail = piece.length > 4 ? piece.subarray(-4) : piece;
      if (!raw.write(piece)) await drained(raw, readersPatienceMs);
      if (raw.destroyed) return;
    }
  } catch (failure) {
    const text = breakText(noted(failure), contentType, tail);
    if (text === undefined) {
      raw.destroy();
      return;
    }
    raw.write(text);
  }
  raw.end();
}

/** Past the server's own serializing: its frames and these must not come in two ways. */
export function sendJson(raw: ServerResponse, body: object): void {
  const text = JSON.stringify(body);
  raw.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) });
  raw.end(text);
}
