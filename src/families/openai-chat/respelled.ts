import type { WireRequest } from '../../contracts/wire-request.js';
import { rewritten } from '../../kit/rewritten-body.js';
import type { Differences } from './vendor.js';

/**
 * A request that passes by, without the fields that its vendor refuses. What says the same stands in for them, unless the client
 * said that too; a body that has none of them stays byte by byte.
 */
export function respelled(request: WireRequest, refused: NonNullable<Differences['refusedFields']>): WireRequest {
  const names = Object.keys(refused);
  if (request.body === undefined || request.operation !== 'chat' || names.length === 0) return request;
  const body = rewritten(
    request.body,
    names.map((name) => JSON.stringify(name)),
    (said) =>
      Object.fromEntries(
        Object.entries(said).flatMap(([name, value]) => {
          const other = refused[name];
          if (other === undefined) return [[name, value]];
          return other === null || other in said ? [] : [[other, value]];
        }),
      ),
  );
  return { ...request, body };
}
