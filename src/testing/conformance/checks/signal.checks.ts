import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import type { HttpRequest } from '../../../contracts/provider-client.js';
import type { BehaviourKind } from '../../../contracts/behaviours/behaviour.js';
import type { Bench } from '../bench.js';
import type { Check } from '../check.js';
import { openChat } from '../chats.js';
import { demand, demandCode, settled, someTurns } from '../demand.js';
import { untilAborted } from '../line.js';

type Call = (bench: Bench, signal: AbortSignal) => Promise<unknown>;

/** A call that nobody answers ends when its signal is aborted. */
function ending(id: string, kind: BehaviourKind, what: string, call: Call): Check {
  const run = async (bench: Bench): Promise<void> => {
    const abort = new AbortController();
    const requests: HttpRequest[] = [];
    bench.line.answerWith(async (request) => {
      requests.push(request);
      await untilAborted(request.signal);
      throw new MaestroError('request.cancelled', {});
    });
    const calling = call(bench, abort.signal);
    calling.catch(() => undefined);
    for (let turn = 0; turn < 100 && requests.length === 0; turn += 1) await someTurns(1);
    demand(requests.length > 0, `${what} asks nobody`);
    abort.abort();
    demand(
      requests.every(({ signal }) => signal.aborted),
      `${what} does not give the caller's signal to its request`,
    );
    await demandCode(`${what}, once it is cancelled,`, ['request.cancelled'], () => settled(what, calling));
  };
  return { id, title: `${what} ends when it is cancelled`, needs: [kind], run };
}

export const signalChecks: readonly Check[] = [
  ending('signals.test', 'api-key', 'testConnection', (bench, signal) => bench.apiKeys.testConnection(bench.client(), { signal })),
  ending('signals.chat', 'streaming', 'streamChat', (bench, signal) => openChat(bench, 'sim-text', signal)),
  ending('signals.models', 'models', 'listModels', (bench, signal) => bench.models.listModels(bench.client(), { signal })),
];
