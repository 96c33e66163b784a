import type { Dispatcher } from 'undici';

import type { Flow, Flowing, Sink } from '../contracts/flowing.js';
import type { WireHeaders, WireResponse } from '../contracts/wire-request.js';

/** Bytes that wait for a reader before the upstream is held back. */
const mostHeld = 64 * 1024;

export interface ExchangeOptions {
  readonly signal: AbortSignal;
  /** Why an answer with this status is none of the upstream's. */
  readonly refusal: ((status: number) => Error | undefined) | undefined;
  readonly failureOf: (error: unknown, phase: 'head' | 'body') => unknown;
  readonly onHead: (response: WireResponse) => void;
  readonly onRefused: (failure: unknown) => void;
}

type Step = IteratorResult<Uint8Array, undefined>;

interface Waiting {
  readonly resolve: (step: Step) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One request and its answer: what the connection tells on one side, the body on the other. Everything that the connection gave in
 * one turn of the loop is one piece for who pulls; who lets it flow gets each part in the turn in which it came.
 */
export class UpstreamExchange implements Dispatcher.DispatchHandler, Flowing<Uint8Array>, Flow {
  private controller: Dispatcher.DispatchController | undefined;
  private isAnswered = false;
  private isOver = false;
  private failure: { readonly error: unknown } | undefined;
  private held: Uint8Array[] = [];
  private heldLength = 0;
  private sink: Sink<Uint8Array> | undefined;
  private waiting: Waiting | undefined;
  private readonly cancel = (): void => {
    this.break(this.options.signal.reason);
  };

  constructor(private readonly options: ExchangeOptions) {
    options.signal.addEventListener('abort', this.cancel, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.isOver) controller.abort(ended);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    // 103 and its like go before the answer.
    if (status < 200 || this.isOver) return;
    const refusal = this.options.refusal?.(status);
    if (refusal !== undefined) {
      this.break(refusal);
      return;
    }
    this.isAnswered = true;
    // undici makes it anew for each answer, without a field that is not there.
    this.options.onHead({ status, headers: headers as WireHeaders, body: this });
  }

  onResponseData(controller: Dispatcher.DispatchController, bytes: Buffer): void {
    if (this.isOver) return;
    if (this.sink !== undefined) {
      if (!this.sink.take(bytes)) controller.pause();
      return;
    }
    this.held.push(bytes);
    this.heldLength += bytes.length;
    if (this.heldLength > mostHeld) controller.pause();
    // The rest of what this turn brings goes along.
    if (this.waiting !== undefined && this.held.length === 1) process.nextTick(satisfy, this);
  }

  onResponseEnd(): void {
    this.settle(undefined);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.break(error);
  }

  flow(sink: Sink<Uint8Array>): Flow {
    this.sink = sink;
    const { held } = this;
    this.held = [];
    let hasRoom = true;
    for (const bytes of held) hasRoom = sink.take(bytes);
    if (this.isOver) sink.end(this.failure);
    else if (hasRoom) this.resume();
    else this.controller?.pause();
    return this;
  }

  resume(): void {
    this.controller?.resume();
  }

  stop(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.held = [];
    this.options.signal.removeEventListener('abort', this.cancel);
    this.controller?.abort(ended);
    this.waiting?.resolve(finished);
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return {
      next: () =>
        new Promise((resolve, reject) => {
          this.waiting = { resolve, reject };
          satisfy(this);
        }),
      return: () => {
        this.stop();
        return Promise.resolve(finished);
      },
    };
  }

  /** Hands what there is to the reader who waits. */
  satisfyReader(): void {
    const { waiting, held } = this;
    if (waiting === undefined || (held.length === 0 && !this.isOver)) return;
    this.waiting = undefined;
    const [first] = held;
    if (first === undefined) {
      if (this.failure === undefined) waiting.resolve(finished);
      else waiting.reject(this.failure.error);
      return;
    }
    this.held = [];
    this.heldLength = 0;
    if (!this.isOver) this.controller?.resume();
    waiting.resolve({ done: false, value: held.length === 1 ? first : Buffer.concat(held) });
  }

  private break(error: unknown): void {
    if (this.isOver) return;
    const failure = this.options.failureOf(error, this.isAnswered ? 'body' : 'head');
    // Who waits hears of it now, not when the connection is down.
    this.settle({ error: failure });
    this.controller?.abort(ended);
    if (!this.isAnswered) this.options.onRefused(failure);
  }

  private settle(failure: { readonly error: unknown } | undefined): void {
    if (this.isOver) return;
    this.isOver = true;
    this.failure = failure;
    this.options.signal.removeEventListener('abort', this.cancel);
    if (this.sink === undefined) satisfy(this);
    else this.sink.end(failure);
  }
}

const finished: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** Given to undici, which wants one; nobody is told of it any more. */
const ended = new Error('nobody reads this answer any more');

function satisfy(exchange: UpstreamExchange): void {
  exchange.satisfyReader();
}
