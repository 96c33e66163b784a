import type { ChatRequest, JsonObject } from '../contracts/chat.js';
import type { MaestroError } from '../contracts/errors/maestro-error.js';
import type { Model } from '../contracts/model.js';
import type { ChatAnswer, StreamEvent } from '../contracts/stream-event.js';
import type { Dialect, WireHeaders, WireOperation } from '../contracts/wire-request.js';
import { carriedMark } from './carried.js';
import type { ByteRange } from './json-member.js';
import { memberRange, valueAt, withMember } from './json-member.js';
import type { FailureReader } from './wire-call.js';
import type { WireFailure } from './wire-failure.js';
import type { TapDepth, WireTap } from './wire-tap.js';

/** The part of a client's request that goes on to a provider of the same wire. */
export interface WireParts {
  /** Below the mount, without the query, as the client wrote it. */
  readonly path: string;
  readonly body?: Uint8Array;
}

/** Where a request names its model. */
export interface ModelPlace {
  find(parts: WireParts): string | undefined;
  /** The same request for another model. */
  replace(parts: WireParts, model: string): WireParts;
}

export interface DoorRoute {
  /** `*`: any. */
  readonly method: string;
  /** What stands below the mount, from its first slash to the query. */
  readonly path: RegExp;
  /** The same for people and logs: `/chat/completions`. */
  readonly name: string;
  /** Lists of models are answered from all sessions; everything else goes to one provider. */
  readonly operation: WireOperation | 'list-models' | 'get-model';
  /** Absent: the request names none. */
  readonly model?: ModelPlace;
}

/** A request for an answer, to be read in the words of a wire. */
export interface AskedAnswer {
  readonly body: unknown;
  /** Names in lower case. */
  readonly headers: WireHeaders;
  readonly route: DoorRoute;
  /** Without the part of it that names provider and session. */
  readonly model: string;
  readonly search: URLSearchParams;
  /** Who will answer. */
  readonly provider: string;
  /** Whether that provider speaks this wire. */
  readonly isSpoken: boolean;
  /** Seconds since 1970. */
  readonly created: number;
}

/** Text for the client, and what it could not say. */
export interface WrittenAnswer {
  readonly text: string;
  readonly notices: readonly string[];
}

/** Writes one streamed answer. */
export interface StreamWriter {
  readonly contentType: string;
  write(event: StreamEvent): WrittenAnswer;
  /** What ends the body after the last event. */
  end(): string;
  /** What ends the body where the answer broke off. */
  fail(error: MaestroError): string;
}

export interface DecodedAsk {
  readonly request: ChatRequest;
  readonly stream: boolean;
  readonly notices: readonly string[];
  /** The whole answer as JSON. */
  written(answer: ChatAnswer): { readonly body: JsonObject; readonly notices: readonly string[] };
  streamed(): StreamWriter;
}

/** A model that a caller may use, by the name that reaches it through this gateway. */
export interface OfferedModel {
  readonly address: string;
  readonly provider: string;
  readonly model: Model;
}

/** How clients of a wire are served: what its paths, headers and refusals are. Data and pure functions only. */
export interface Door {
  readonly dialect: Dialect;
  /** Whose model a bare name is. */
  readonly homeProvider: string;
  /** Prefixes of its paths, each ending in the version. */
  readonly mounts: readonly string[];
  /** Goes before the rest of the path on the way to a provider, whose address may be without the version. */
  readonly wirePrefix: string;
  /** A header that this wire's clients send and no others; it decides between doors that share a mount. */
  readonly markHeader?: string;
  /** Where a key may stand beside `authorization`. */
  readonly keyHeaders: readonly string[];
  readonly keyParameters: readonly string[];
  readonly routes: readonly DoorRoute[];
  /** What a provider's refusal in this wire means. */
  readonly failureOf: FailureReader;
  /** Reads along with an answer of the `chat` operation; absent for a content type that this wire has no reader for. */
  tapFor(provider: string, contentType: string, depth: TapDepth): WireTap | undefined;
  /**
   * A request that can go on to a provider of the wire: without what other wires' providers said and it cannot read. Absent: such
   * a request is translated.
   */
  withoutForeign?(body: Uint8Array): Uint8Array;
  decode(asked: AskedAnswer): DecodedAsk;
  encodeError(error: MaestroError, requestId?: string): WireFailure;
  /** Ends an answer that passed by and broke off. `tail`: its last bytes. `undefined`: this content type cannot say so. */
  encodeBreak(error: MaestroError, contentType: string, tail: Uint8Array): string | undefined;
  /** For the routes about models; absent: the door has none. */
  readonly models?: ModelEncoding;
}

export interface ModelEncoding {
  list(models: readonly OfferedModel[], search: URLSearchParams): JsonObject;
  one(model: OfferedModel): JsonObject;
}

/** Where a body names its model, looked up once for each body: bodies may be large. */
const modelRanges = new WeakMap<Uint8Array, ByteRange | 'none'>();

function modelRangeOf(body: Uint8Array | undefined): ByteRange | undefined {
  if (body === undefined) return undefined;
  const range = modelRanges.get(body) ?? memberRange(body, 'model') ?? 'none';
  modelRanges.set(body, range);
  return range === 'none' ? undefined : range;
}

/** The `model` member of a JSON body. */
export const modelInBody: ModelPlace = {
  find({ body }) {
    const range = modelRangeOf(body);
    const model = body === undefined || range === undefined ? undefined : valueAt(body, range);
    return typeof model === 'string' ? model : undefined;
  },
  replace({ path, body }, model) {
    const range = modelRangeOf(body);
    return body === undefined || range === undefined ? { path } : { path, body: withMember(body, range, model) };
  },
};

/** A path that ends with the model's name, which may hold slashes, percent-encoded or not. */
export function modelAtEnd(prefix: string): ModelPlace {
  return {
    find: ({ path }) => decodedPath(path.slice(prefix.length)),
    replace: (parts, model) => ({ ...parts, path: prefix + encodeURIComponent(model) }),
  };
}

/**
 * A path in which the model's name is followed by a method, `/prefix/{model}:{method}`. The name may hold colons.
 *
 * @param prefix what stands before the name, where it does
 * @param pathOf the path of a model, as the vendor has it
 */
export function modelBeforeMethod(prefix: string, pathOf: (model: string) => string): ModelPlace {
  const colon = /(?::|%3A)(?=[^:/]*$)/i;
  return {
    find({ path }) {
      const named = path.startsWith(prefix) ? path.slice(prefix.length) : path.slice(1);
      return decodedPath(named.split(colon).slice(0, -1).join(':'));
    },
    replace: (parts, model) => ({ ...parts, path: `${pathOf(model)}:${parts.path.split(colon).at(-1) ?? ''}` }),
  };
}

/** Whether the request gives back what this gateway carried for a provider of another wire; no provider could read that. */
export function holdsCarried(body: Uint8Array): boolean {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).includes(carriedMark);
}

/** What cannot be decoded stands for itself. */
function decodedPath(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
