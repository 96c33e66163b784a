import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { HttpClient, HttpRequest } from '../../contracts/provider-client.js';
import type { WireHeaders, WireResponse } from '../../contracts/wire-request.js';

/** One request that a provider made, and all that it got. */
export interface Exchange {
  readonly request: HttpRequest;
  readonly status: number;
  readonly headers: WireHeaders;
  /** Grows while the provider reads. */
  readonly pieces: readonly Uint8Array[];
}

export type Answerer = (request: HttpRequest) => Promise<WireResponse>;

/**
 * The way out that the provider under test is given: it leads to the simulator, keeps what goes over it, and can be made to
 * answer by itself.
 */
export class Line implements HttpClient {
  private kept: Exchange[] = [];
  private answerer: Answerer;

  constructor(private readonly outside: HttpClient) {
    this.answerer = (request) => this.recorded(request);
  }

  /** Since the last `reset`. */
  get exchanges(): readonly Exchange[] {
    return this.kept;
  }

  request(request: HttpRequest): Promise<WireResponse> {
    return this.answerer(request);
  }

  close(): Promise<void> {
    return this.outside.close();
  }

  answerWith(answerer: Answerer): void {
    this.answerer = answerer;
  }

  /** To the simulator again, with nothing kept. */
  reset(): void {
    this.kept = [];
    this.answerer = (request) => this.recorded(request);
  }

  private async recorded(request: HttpRequest): Promise<WireResponse> {
    const { status, headers, body } = await this.outside.request(request);
    const pieces: Uint8Array[] = [];
    this.kept.push({ request, status, headers, pieces });
    return { status, headers, body: kept(body, pieces) };
  }
}

async function* kept(body: AsyncIterable<Uint8Array>, pieces: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for await (const piece of body) {
    pieces.push(Uint8Array.from(piece));
    yield piece;
  }
}

export function bytesOf({ pieces }: Exchange): Uint8Array {
  return Buffer.concat(pieces);
}

/** How a body comes, given all its bytes and the request that it is for. */
export type Delivery = (bytes: Uint8Array, request: HttpRequest) => AsyncIterable<Uint8Array>;

/** Answers as it was recorded; the last of the exchanges as `deliver` has it. */
export function replay(exchanges: readonly Exchange[], deliver: Delivery): Answerer {
  return (request) => {
    const known = exchanges.findLast((each) => each.request.url === request.url && each.request.method === request.method);
    if (known === undefined)
      return Promise.reject(new MaestroError('upstream.unreachable', { origin: request.url, reason: 'not recorded' }));
    const body = known === exchanges.at(-1) ? deliver(bytesOf(known), request) : whole(bytesOf(known));
    return Promise.resolve({ status: known.status, headers: known.headers, body });
  };
}

/** In reads that end at these places. */
export async function* inPieces(bytes: Uint8Array, ends: readonly number[]): AsyncGenerator<Uint8Array> {
  let begin = 0;
  for (const end of [...ends, bytes.byteLength]) {
    if (end > begin) yield bytes.subarray(begin, end);
    begin = end;
  }
}

export function whole(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  return inPieces(bytes, []);
}

export async function* failingAfter(bytes: Uint8Array, error: MaestroError): AsyncGenerator<Uint8Array> {
  if (bytes.byteLength > 0) yield bytes;
  throw error;
}

/** Bytes, and then nothing until the request is aborted. `onWait` is told when more is asked for, `onLeft` when nobody reads any more. */
export async function* stalling(
  bytes: Uint8Array,
  { signal }: HttpRequest,
  told: { readonly onWait?: () => void; readonly onLeft?: () => void } = {},
): AsyncGenerator<Uint8Array> {
  try {
    yield bytes;
    told.onWait?.();
    await untilAborted(signal);
    throw new MaestroError('request.cancelled', {});
  } finally {
    told.onLeft?.();
  }
}

export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
  });
}

export function jsonAnswer(status: number, body: object): WireResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: whole(Buffer.from(JSON.stringify(body))) };
}
