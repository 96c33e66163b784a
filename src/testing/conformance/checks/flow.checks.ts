import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import type { HttpRequest } from '../../../contracts/provider-client.js';
import type { Bench } from '../bench.js';
import type { Check } from '../check.js';
import { codeOf, openChat, recordedChat, toldBy } from '../chats.js';
import { demand, demandCode, settled, someTurns } from '../demand.js';
import type { Answerer } from '../line.js';
import { failingAfter, replay, stalling } from '../line.js';

export const flowChecks: readonly Check[] = [
  {
    id: 'flow.live',
    title: 'what has arrived is handed on, and not kept until the answer is whole',
    needs: ['streaming'],
    run: async (bench) => {
      const abort = new AbortController();
      let isStarved: () => void = () => undefined;
      const waiting = new Promise<void>((resolve) => (isStarved = resolve));
      await stalledHalfway(bench, {
        onWait: () => {
          isStarved();
        },
      });
      const text = firstText(bench, abort.signal);
      // What is given back in the same turns as the next read is asked for is not late.
      const first = await settled('a stream', Promise.race([text, waiting.then(() => someTurns())]));
      abort.abort();
      await text.catch(() => undefined);
      demand(first !== undefined && first !== '', 'half of an answer has arrived, and no text of it is handed on');
    },
  },
  {
    id: 'flow.cancel',
    title: 'aborting the signal ends the request and fails the stream with request.cancelled',
    needs: ['streaming'],
    run: async (bench) => {
      const abort = new AbortController();
      const requests: HttpRequest[] = [];
      await stalledHalfway(bench, { onRequest: (request) => requests.push(request) });
      let isHeard = false;
      const read = async (): Promise<void> => {
        for await (const _event of await openChat(bench, 'sim-text', abort.signal)) {
          abort.abort();
          isHeard = requests.every(({ signal }) => signal.aborted);
          if (!isHeard) return;
        }
      };
      const reading = read();
      await settled(
        'a stream that is cancelled',
        reading.catch(() => undefined),
      );
      demand(isHeard, "the request does not get the caller's signal");
      await demandCode('a stream that is cancelled', ['request.cancelled'], () => reading);
    },
  },
  {
    id: 'flow.leave',
    title: 'leaving the iteration early ends the request',
    needs: ['streaming'],
    run: async (bench) => {
      let isLeft = false;
      await stalledHalfway(bench, { onLeft: () => (isLeft = true) });
      const read = async (): Promise<void> => {
        for await (const _event of await openChat(bench, 'sim-text')) break;
      };
      await settled('leaving a stream', read());
      await someTurns();
      demand(isLeft, 'the body of the answer is still open when nobody reads the stream any more');
    },
  },
  {
    id: 'flow.timeout',
    title: 'a vendor that answers too late, or stops in the middle, is upstream.timeout',
    needs: ['streaming'],
    run: async (bench) => {
      const { exchanges } = await recordedChat(bench, 'sim-text');
      const late = new MaestroError('upstream.timeout', { origin: 'the simulator', phase: 'waiting for the answer' });
      const early = await toldBy(bench, 'sim-text', () => Promise.reject(late));
      demand(codeOf(early.error) === 'upstream.timeout', `a vendor that never answers gives ${codeOf(early.error)}`);
      const stuck = new MaestroError('upstream.timeout', { origin: 'the simulator', phase: 'in the middle of the answer' });
      const half = replay(exchanges, (bytes) => failingAfter(bytes.subarray(0, bytes.byteLength / 2), stuck));
      const { error, events } = await toldBy(bench, 'sim-text', half);
      demand(codeOf(error) === 'upstream.timeout', `a vendor that stops in the middle gives ${codeOf(error)}`);
      demand(!events.some(({ type }) => type === 'message-end'), 'a vendor that stops in the middle is told as a whole answer');
    },
  },
];

interface Stall {
  readonly onRequest?: (request: HttpRequest) => unknown;
  readonly onWait?: () => void;
  readonly onLeft?: () => void;
}

/** The line gives the first half of an answer and then nothing more. */
async function stalledHalfway(bench: Bench, { onRequest, ...told }: Stall): Promise<void> {
  const { exchanges } = await recordedChat(bench, 'sim-text');
  const half: Answerer = replay(exchanges, (bytes, request) => stalling(bytes.subarray(0, bytes.byteLength / 2), request, told));
  bench.line.answerWith((request) => {
    onRequest?.(request);
    return half(request);
  });
}

async function firstText(bench: Bench, signal: AbortSignal): Promise<string> {
  for await (const event of await openChat(bench, 'sim-text', signal)) if (event.type === 'text-delta') return event.text;
  return '';
}
