import type { MaestroError } from '../../contracts/errors/maestro-error.js';
import { commonFailure } from '../../kit/common-failure.js';
import type { WireFailure } from '../../kit/wire-failure.js';

/** A refusal as clients of this wire read it; what ends a stream is the encoder's `fail`. */
export function encodeResponsesError(error: MaestroError, requestId?: string): WireFailure {
  return commonFailure(error, requestId);
}
