import type { ServerResponse } from 'node:http';

/**
 * What of a request's time is the gateway's own: all but the waiting for the client's body and for the provider, up to the first
 * byte of the answer.
 */
export interface Overhead {
  /** Absent: no provider was asked for an answer. */
  readonly milliseconds: number | undefined;
  /** From now on the client's body is waited for. */
  readonly bodyAwaited: () => void;
  readonly bodyRead: () => void;
  /** From now on the provider is waited for; a further try changes nothing. */
  readonly asked: () => void;
  /** What went by since the first `asked` was the provider's; called again, all until then. */
  readonly answered: () => void;
  /** Puts `x-maestro-overhead-ms` on an answer that is about to begin. */
  readonly tell: (raw: ServerResponse) => void;
}

export function overheadMeter(now: () => number = () => performance.now()): Overhead {
  let since: number | undefined = now();
  let own = 0;
  let isAsked = false;
  const pause = (): void => {
    if (since !== undefined) own += now() - since;
    since = undefined;
  };
  const resume = (): void => {
    since = now();
  };
  const total = (): number | undefined => (isAsked ? own + (since === undefined ? 0 : now() - since) : undefined);
  let told: number | undefined;
  return {
    get milliseconds() {
      return told ?? total();
    },
    bodyAwaited: pause,
    bodyRead: resume,
    asked: () => {
      isAsked = true;
      pause();
    },
    answered: resume,
    tell: (raw) => {
      told ??= total();
      if (told !== undefined && !raw.headersSent) raw.setHeader('x-maestro-overhead-ms', told.toFixed(2));
    },
  };
}
