import { isDeepStrictEqual } from 'node:util';

import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import type { StreamEvent } from '../../../contracts/stream-event.js';
import type { Bench } from '../bench.js';
import type { Check } from '../check.js';
import type { Recorded, Told } from '../chats.js';
import { codeOf, joined, recordedChat, toldBy } from '../chats.js';
import { demand } from '../demand.js';
import type { Scenario } from '../fixtures.js';
import type { Delivery } from '../line.js';
import { bytesOf, failingAfter, inPieces, replay, whole } from '../line.js';

function cutting(
  id: string,
  title: string,
  scenarios: readonly Scenario[],
  look: (bench: Bench, recorded: Recorded, scenario: Scenario) => Promise<void>,
): Check {
  const run = async (bench: Bench): Promise<void> => {
    for (const scenario of scenarios) await look(bench, await recordedChat(bench, scenario), scenario);
  };
  return { id, title, needs: ['streaming'], run };
}

/** Bytes between two ends of reads: with every beginning, each byte is the end of a read once. */
const stride = 61;

export const cutChecks: readonly Check[] = [
  cutting('cuts.reads', 'wherever a read ends, the answer is the same', ['sim-text', 'sim-tools'], async (bench, recorded, scenario) => {
    const { byteLength } = bytesOf(recorded.exchange);
    const every = (step: number, from: number): readonly number[] =>
      Array.from({ length: Math.ceil((byteLength - from) / step) }, (_, turn) => from + turn * step);
    for (const ends of [every(1, 1), ...Array.from({ length: stride }, (_, at) => every(stride, at + 1))]) {
      const { events, error } = await delivered(bench, recorded, scenario, (bytes) => inPieces(bytes, ends));
      const where = `where reads end at byte ${ends.slice(0, 3).join(', ')} …`;
      demand(error === undefined, `${scenario} fails ${where}: ${codeOf(error)}`);
      demand(isSame(events, recorded.events), `${scenario} is another answer ${where}`);
    }
  }),
  cutting(
    'cuts.end',
    'a body that ends before its terminal marker is upstream.truncated, at every byte',
    ['sim-text', 'sim-tools'],
    atEveryByte({ codes: ['upstream.truncated'], deliver: (bytes) => whole(bytes) }),
  ),
  cutting(
    'cuts.connection',
    'a connection that breaks is a failure of the stream, at every byte',
    ['sim-text'],
    atEveryByte({
      codes: ['upstream.disconnected', 'upstream.truncated'],
      deliver: (bytes) => failingAfter(bytes, new MaestroError('upstream.disconnected', { origin: 'the simulator' })),
    }),
  ),
];

interface Cut {
  readonly codes: readonly string[];
  readonly deliver: (bytes: Uint8Array) => AsyncIterable<Uint8Array>;
}

function atEveryByte({ codes, deliver }: Cut) {
  return async (bench: Bench, recorded: Recorded, scenario: Scenario): Promise<void> => {
    const length = bytesOf(recorded.exchange).byteLength;
    for (let at = 0; at < length; at += 1) {
      const { events, error } = await delivered(bench, recorded, scenario, (bytes) => deliver(bytes.subarray(0, at)));
      const where = `${scenario}, cut after ${String(at)} of ${String(length)} bytes,`;
      const hasEnd = events.some(({ type }) => type === 'message-end');
      if (error === undefined) {
        demand(isWhole(events, recorded.events), `${where} is told as a whole answer`);
      } else {
        demand(codes.includes(codeOf(error)), `${where} fails with ${codeOf(error)} instead of ${codes.join(' or ')}`);
        demand(!hasEnd, `${where} fails behind its message-end`);
      }
    }
  };
}

function delivered(bench: Bench, recorded: Recorded, scenario: Scenario, deliver: Delivery): Promise<Told> {
  return toldBy(bench, scenario, replay(recorded.exchanges, deliver));
}

function isSame(some: readonly StreamEvent[], others: readonly StreamEvent[]): boolean {
  return isDeepStrictEqual(joined(some), joined(others));
}

/** What comes behind a terminal marker (usage, a vendor's own notes) may be lost; nothing that was said may. */
function isWhole(events: readonly StreamEvent[], all: readonly StreamEvent[]): boolean {
  return isSame(events.flatMap(essential), all.flatMap(essential));
}

function essential(event: StreamEvent): readonly StreamEvent[] {
  if (event.type === 'usage' || event.type === 'provider-event') return [];
  return event.type === 'message-end' ? [{ type: 'message-end', reason: event.reason }] : [event];
}
