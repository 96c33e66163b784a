import type { ErrorCode } from '../../contracts/errors/catalogue.js';

/** A request of a client, as it begins. */
export interface IncomingRequest {
  readonly requestId: string;
  readonly method: string;
  /** The client's place in a trace (W3C Trace Context), as it came: anything may stand there. */
  readonly traceparent?: string;
}

/** How its answer ended. */
export interface RequestEnd {
  /** A route of ours, never an address as somebody wrote it; absent: there is none. */
  readonly route?: string;
  readonly status: number;
  /** How it failed, where it did. */
  readonly failure?: ErrorCode;
  /** False where the client left before the answer was whole. */
  readonly isWhole: boolean;
  /** To the last byte. */
  readonly milliseconds: number;
  /** What of it was the gateway's own, until the first byte; absent where no provider was asked for an answer. */
  readonly overheadMs?: number;
}

export interface RequestWatch {
  /** Of the request itself: what is done for it hangs below. */
  readonly traceparent?: string;
  /** Once. */
  end(end: RequestEnd): void;
}

/** Is told of every request of a client. It must be quick, and must not throw. */
export interface RequestObserver {
  begin(request: IncomingRequest): RequestWatch;
}
