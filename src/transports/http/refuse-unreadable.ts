import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { problemFromError } from '../../contracts/errors/problem.js';

const overflow = new MaestroError('request.too-large', { limit: '16 KiB for all headers together' });
const late = new MaestroError('request.invalid', { problems: ['the request did not come as a whole in time'] });
const unreadable = new MaestroError('request.invalid', { problems: ['this cannot be read as HTTP'] });

/** Statuses of HTTP itself, which no route gives (RFC 6585, section 5; RFC 9110, section 15.5.9). */
const refusals: Readonly<Record<string, { readonly status: number; readonly reason: string; readonly error: MaestroError }>> = {
  HPE_HEADER_OVERFLOW: { status: 431, reason: 'Request Header Fields Too Large', error: overflow },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, reason: 'Request Timeout', error: late },
};
const otherwise = { status: 400, reason: 'Bad Request', error: unreadable };

/** What the server cannot read, no router ever sees: the answer goes straight to the connection, which ends with it. */
export function refuseUnreadable(failure: Error & { readonly code?: string }, socket: Socket): void {
  if (failure.code === 'ECONNRESET' || socket.destroyed) return;
  const { status, reason, error } = refusals[failure.code ?? ''] ?? otherwise;
  if (!socket.writable) {
    socket.destroy(failure);
    return;
  }
  const id = randomUUID();
  const body = JSON.stringify({ ...problemFromError(error, id), status });
  const head = [
    `HTTP/1.1 ${String(status)} ${reason}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${String(Buffer.byteLength(body))}`,
    `x-request-id: ${id}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => {
    socket.destroy();
  });
}
