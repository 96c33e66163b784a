import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

import type { RunningSimulator, SimulatedRequest, SimulatorOptions } from '../contracts/simulator.js';

/** What a simulator answers: a whole text, bytes, or pieces that are written one by one. */
export interface SimulatedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | readonly string[];
  /** Break the connection after the last piece instead of ending the answer; without a piece, not even a status is sent. */
  readonly isCut?: boolean;
  /** Never end the answer; for time-outs and cancelling. */
  readonly isEndless?: boolean;
}

/** Serves a simulator on a free port of 127.0.0.1. */
export async function startSimulatorServer(
  answerTo: (request: SimulatedRequest) => SimulatedAnswer | Promise<SimulatedAnswer>,
  { pace = 0 }: SimulatorOptions = {},
): Promise<RunningSimulator> {
  const requests: SimulatedRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch(() => {
      // A client that went away while it was sending, or a simulator's own mistake: the other side sees a broken connection.
      outgoing.destroy();
    });
  });
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const request = await receive(incoming, outgoing);
    requests.push(request);
    await write(outgoing, await answerTo(request), pace);
  };
  // An idle connection that ends just when it is used again would look like a fault of whoever is tested.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${String(port)}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function receive(incoming: IncomingMessage, outgoing: ServerResponse): Promise<SimulatedRequest> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer);
  const state = { isAborted: false };
  outgoing.on('close', () => {
    state.isAborted = !outgoing.writableFinished;
  });
  return {
    method: incoming.method ?? 'GET',
    path: incoming.url ?? '/',
    headers: incoming.headers,
    body: Buffer.concat(pieces).toString('utf8'),
    get isAborted() {
      return state.isAborted;
    },
  };
}

async function write(outgoing: ServerResponse, answer: SimulatedAnswer, pace: number): Promise<void> {
  outgoing.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
  const pieces = typeof answer.body === 'string' || answer.body instanceof Uint8Array ? [answer.body] : answer.body;
  for (const piece of pieces) {
    if (outgoing.destroyed) return;
    await flushed(outgoing, piece);
    if (pace > 0) await pause(pace);
  }
  if (answer.isEndless === true) return;
  if (answer.isCut === true) outgoing.destroy();
  else outgoing.end();
}

/** A connection that is broken on purpose must not take with it what was said before. */
function flushed(outgoing: ServerResponse, piece: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    outgoing.write(piece, () => {
      resolve();
    });
  });
}
