import type { ServerResponse } from 'node:http';

import type { MaestroError } from '../../../contracts/errors/maestro-error.js';
import type { Flowing } from '../../../contracts/flowing.js';
import type { StreamEvent } from '../../../contracts/stream-event.js';
import type { ForwardedAnswer } from '../../../core/chat/forwarding.js';
import type { StreamWriter } from '../../../kit/door.js';
import { batchesFrom } from '../../../kit/flow.js';
import { pour } from '../pour.js';
import { tellUntranslatedAtEnd, untranslatedTrailer } from '../untranslated.js';

/** Names its failure for the log, and gives it as what the client is told. */
export type FailureNote = (failure: unknown) => MaestroError;

const streamHeaders = { 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' };

/** Names of which a header holds no more. */
const mostUnsaid = 500;

/** Writes an answer in the words of the client's wire, as its events come. Resolves when it is over, whoever ended it. */
export function sendWritten(
  raw: ServerResponse,
  events: Flowing<StreamEvent, readonly StreamEvent[]>,
  writer: StreamWriter,
  noted: FailureNote,
): Promise<void> {
  raw.writeHead(200, { 'content-type': writer.contentType, ...streamHeaders, ...untranslatedTrailer });
  const unsaid = new Set<string>();
  return pour(raw, (sink) => batchesFrom(events, sink), {
    pieceOf(batch: readonly StreamEvent[]) {
      let piece = '';
      for (const event of batch) {
        const { text, notices } = writer.write(event);
        piece += text;
        for (const notice of notices) if (unsaid.size < mostUnsaid) unsaid.add(notice);
      }
      return piece;
    },
    lastOf: (failure) => (failure === undefined ? writer.end() : writer.fail(noted(failure.error))),
    onEnd: () => {
      tellUntranslatedAtEnd(raw, unsaid);
    },
  });
}

/** What ends an answer that broke off; `undefined` where its kind has no words for it. */
export type BreakText = (error: MaestroError, contentType: string, tail: Uint8Array) => string | undefined;

/** Set by the gateway for all its answers. */
const own = new Set(['x-request-id', 'x-maestro-provider', 'x-maestro-session', 'x-maestro-overhead-ms']);

/** Hands a provider's answer on byte by byte. One that broke off ends with its wire's own words, or visibly broken. */
export function sendForwarded(
  raw: ServerResponse,
  { status, headers, body }: ForwardedAnswer,
  breakText: BreakText,
  noted: FailureNote,
): Promise<void> {
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value === undefined) continue;
    if (!own.has(name)) raw.setHeader(name, value);
    else if (name === 'x-request-id') raw.setHeader('x-maestro-upstream-request-id', String(value));
  }
  const contentType = String(headers['content-type'] ?? '').toLowerCase();
  if (contentType.startsWith('text/event-stream')) raw.setHeader('x-accel-buffering', 'no');
  raw.writeHead(status);
  let last: Uint8Array = new Uint8Array();
  return pour(raw, (sink) => body.flow(sink), {
    pieceOf(bytes: Uint8Array) {
      last = bytes;
      return bytes;
    },
    lastOf: (failure) => (failure === undefined ? '' : breakText(noted(failure.error), contentType, last.subarray(-4))),
  });
}

/** Past the server's own serializing: its frames and these must not come in two ways. */
export function sendJson(raw: ServerResponse, body: object): void {
  const text = JSON.stringify(body);
  raw.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) });
  raw.end(text);
}
