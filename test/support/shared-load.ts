import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import type { ChatCallData } from '../../src/index.js';
import type { Twin, TwoGateways } from './two-gateways.js';
import { patience } from './two-gateways.js';

const kinds = ['chat.complete', 'sessions.create', 'sessions.get', 'chat.stream'] as const;

/** What the load works with; whoever sends one makes them first. */
export const workSessions = ['work_one', 'work_two', 'work_three'] as const;

/** One call of a client, and how it ended. */
export interface Outcome {
  /** Its request id; a model is told it, and a session that is made is called so. */
  readonly id: string;
  readonly kind: (typeof kinds)[number];
  /** The error's code; absent: it was answered. */
  readonly failure?: string;
}

export interface Load {
  /** What its request ids begin with. */
  readonly name: string;
  readonly calls: number;
  /** Calls at a time. */
  readonly workers: number;
  /** Called with how many calls ended so far. */
  readonly onEnd?: (ended: number) => void;
}

/** Sends calls of all kinds, each worker the next when its last one ended. */
export async function sendLoad(gateways: TwoGateways, { name, calls, workers, onEnd }: Load): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  let begun = 0;
  const work = async (): Promise<void> => {
    while (begun < calls) {
      const kind = kinds[begun % kinds.length] ?? 'chat.complete';
      const session = workSessions[begun % workSessions.length] ?? workSessions[0];
      const id = `${name}_${String(begun)}`;
      begun += 1;
      const failure = await send(gateways, kind, id, session).then(() => undefined, nameOf);
      outcomes.push({ id, kind, ...(failure !== undefined && { failure }) });
      onEnd?.(outcomes.length);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return outcomes;
}

/** The key that a session of this name is given. */
export const keyFor = ({ simulator }: TwoGateways, name: string): string => `${simulator.apiKey}-${name}`;

/** A session of this name with a key of its own. */
export const makeSession = (gateways: TwoGateways, name: string) =>
  gateways.client.call(
    'sessions.create',
    { provider: gateways.simulator.provider, authType: 'api_key', name, credentials: { apiKey: keyFor(gateways, name) } },
    { requestId: name },
  );

/** A chat of a session; the provider can tell from it which call this is, and whose key has to come with it. */
export const chatOf = ({ simulator }: TwoGateways, id: string, session: string, model = 'sim-text'): ChatCallData => ({
  ...{ provider: simulator.provider, session, model },
  messages: [{ role: 'user', content: `call ${id} of ${session}` }],
});

/** A chat that a provider was asked for, and whether the key was that of its session. */
export interface AskedChat {
  readonly id: string;
  readonly hasRightKey: boolean;
}

export function askedChats(gateways: TwoGateways, twin: Twin): readonly AskedChat[] {
  return twin.upstream.requests.map(({ body, headers }) => {
    const [, id = '', session = ''] = /call (\w+) of (\w+)/.exec(body) ?? [];
    return { id, hasRightKey: Object.values(headers).some((value) => String(value).endsWith(keyFor(gateways, session))) };
  });
}

function send(gateways: TwoGateways, kind: Outcome['kind'], id: string, session: string): Promise<unknown> {
  const { client, simulator } = gateways;
  const chat = chatOf(gateways, id, session);
  switch (kind) {
    case 'chat.complete':
      return client.call('chat.complete', chat, { requestId: id, signal: patientSignal() });
    case 'chat.stream':
      return client.completeChat(chat, { requestId: id });
    case 'sessions.create':
      return makeSession(gateways, id);
    case 'sessions.get':
      return client.call(
        'sessions.get',
        { session: { provider: simulator.provider, authType: 'api_key', name: session } },
        { requestId: id },
      );
  }
}

/** A whole chat may take half an hour, and gives no sign of life: whoever knows better says when to leave. */
function patientSignal(): AbortSignal {
  const leaving = new AbortController();
  const leave = (): void => {
    leaving.abort('nobody waits that long');
  };
  setTimeout(leave, patience).unref();
  return leaving.signal;
}

const nameOf = (failure: unknown): string => (MaestroError.is(failure) ? failure.code : String(failure));
