import type { IncomingHttpHeaders, ServerResponse } from 'node:http';

import type { Caller } from '../../../contracts/caller.js';
import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import type { WireHeaders, WireOperation } from '../../../contracts/wire-request.js';
import type { ChosenRoute } from '../../../core/access/session-choice.js';
import type { DoorRoute, WireParts } from '../../../kit/door.js';
import { holdsCarried } from '../../../kit/door.js';
import type { Overhead } from '../overhead.js';
import type { RoutedRequest } from './door-route.js';
import { hintFor, servedAt } from './door-route.js';
import type { FailureNote } from './send-answer.js';

/** A request at a door, from a caller who was let in. */
export interface DoorVisit {
  readonly caller: Caller;
  readonly overhead: Overhead;
  readonly routed: RoutedRequest;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array | undefined;
  readonly raw: ServerResponse;
  /** Aborted when the client leaves. */
  readonly signal: AbortSignal;
  /** Called once, before the first byte: from there on a failure is told inside the answer. */
  readonly takeOver: () => void;
  readonly noted: FailureNote;
}

/** A visit of which is known where it goes. */
export interface Bound extends DoorVisit {
  readonly route: DoorRoute;
  readonly operation: WireOperation;
  readonly parts: WireParts;
  readonly chosen: ChosenRoute;
}

export const needsModel: ReadonlySet<DoorRoute['operation']> = new Set(['chat', 'count-tokens', 'embeddings', 'get-model']);

/** What this gateway carried for a provider of another wire can only be read by us, unless the door can take it out. */
export function isUnreadable({ operation, body, routed }: Bound): boolean {
  return operation === 'chat' && routed.door.withoutForeign === undefined && body !== undefined && holdsCarried(body);
}

/** The request as the provider shall see it: with its own name of the model. Where that is what stands there, not a byte changes. */
export function renamed(bound: Bound): WireParts {
  const { route, chosen } = bound;
  const parts = readable(bound);
  const given = route.model?.find(parts);
  if (route.model === undefined || given === undefined || given === chosen.model) return parts;
  return route.model.replace(parts, chosen.model);
}

function readable({ operation, parts, routed: { door } }: Bound): WireParts {
  if (operation !== 'chat' || parts.body === undefined || door.withoutForeign === undefined) return parts;
  return { ...parts, body: door.withoutForeign(parts.body) };
}

export function notServed({ routed, method }: DoorVisit): MaestroError {
  const hint = hintFor(routed, method);
  return new MaestroError('route.not-served', {
    method,
    path: routed.address,
    served: servedAt(routed),
    ...(hint !== undefined && { hint }),
  });
}

export function jsonFrom(body: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(body ?? []).toString('utf8'));
  } catch (cause) {
    throw new MaestroError('request.not-json', {}, { cause });
  }
}

export function wireHeaders(headers: IncomingHttpHeaders): WireHeaders {
  const given: Record<string, WireHeaders[string]> = {};
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value !== undefined) given[name] = value;
  }
  return given;
}
