import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';

import { scriptedWires } from './scripted-wires.js';
import type { FaultName, Volumes } from './upstream-faults.js';
import { faults } from './upstream-faults.js';

/** What a whole answer says, in every wire. */
const saidText = 'This much was said.';

/** A provider of every wire on loopback that does not keep to the rules: the model's name says what it does. */
export interface FaultyUpstream {
  /** Without a version. */
  readonly baseUrl: string;
  /** How often it was asked so far. */
  readonly asked: () => number;
  /** Connections that were asked on, and are open. */
  readonly open: () => number;
  close(): Promise<void>;
}

/** The model that behaves so. */
export const faultModel = (fault: FaultName): string => `fault-${fault.replaceAll(' ', '-')}`;

const byModel = new Map(Object.keys(faults).map((name) => [faultModel(name as FaultName), name as FaultName]));

/** @param elsewhere an address that an answer may redirect to, and that nobody should follow. */
export async function startFaultyUpstream(volumes: Volumes, elsewhere: string): Promise<FaultyUpstream> {
  const [all, open] = [new Set<Socket>(), new Set<Socket>()];
  let asked = 0;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    all.add(socket);
    socket.on('close', () => {
      all.delete(socket);
      open.delete(socket);
    });
    // Whoever is attacked may hang up at any time.
    socket.on('error', () => undefined);
    socket.on('end', () => {
      if (!socket.writableEnded) socket.end();
    });
    readRequests(socket, (request) => {
      asked += 1;
      open.add(socket);
      const fault = byModel.get(/fault-[\w-]+/.exec(request.path + request.body)?.[0] ?? '') ?? 'none';
      void faults[fault]({ socket, ...wireOf(request), credential: credentialOf(request.head), volumes, elsewhere });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    baseUrl: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    asked: () => asked,
    open: () => open.size,
    async close() {
      server.close();
      for (const socket of all) socket.destroy();
      await once(server, 'close');
    },
  };
}

interface RawRequest {
  readonly head: string;
  readonly path: string;
  readonly body: string;
}

function readRequests(socket: Socket, onRequest: (request: RawRequest) => void): void {
  let text = '';
  socket.on('data', (bytes: Buffer) => {
    text += bytes.toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    if (end === -1) return;
    const head = text.slice(0, end);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    if (text.length < end + 4 + length) return;
    const body = Buffer.from(text.slice(end + 4, end + 4 + length), 'latin1').toString('utf8');
    text = text.slice(end + 4 + length);
    onRequest({ head, path: /^\w+ (\S+)/.exec(head)?.[1] ?? '', body });
  });
}

/** The answer as its wire puts it, cut where the text was said. */
function wireOf({ path, body }: RawRequest): { readonly begun: string; readonly rest: string } {
  const wire = scriptedWires.find((each) => each.path.test(path));
  if (wire === undefined) return { begun: '', rest: '' };
  const { text } = wire.answer({ text: saidText }, { path, body: JSON.parse(body) as unknown });
  const frames = text.split(/(?<=\n\n)/);
  const [only = ''] = frames;
  // This wire says all at once: what it says first is the same without the end.
  if (frames.length === 1) return { begun: only.replace(',"finishReason":"STOP"', ''), rest: only };
  const said = frames.findIndex((frame) => frame.includes(saidText)) + 1;
  return { begun: frames.slice(0, said).join(''), rest: frames.slice(said).join('') };
}

function credentialOf(head: string): string {
  return /\r\n(?:authorization: bearer|x-api-key:|x-goog-api-key:) *(\S+)/i.exec(head)?.[1] ?? '';
}
