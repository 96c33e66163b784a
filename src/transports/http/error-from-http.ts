import { MaestroError } from '../../contracts/errors/maestro-error.js';

/** What the framework tells of its own errors. */
interface HttpFailure {
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly getStatus?: () => number;
}

export interface FailedRequest {
  readonly method: string;
  /** Without the query: it may hold a key. */
  readonly path: string;
  readonly contentType: string;
  readonly bodyLimit: number;
}

/** A failure of any origin as a `MaestroError`: Fastify refuses bodies and addresses itself, Nest answers for unknown routes. */
export function errorFromHttp(failure: unknown, request: FailedRequest): MaestroError {
  if (MaestroError.is(failure)) return failure;
  const status = statusOf(failure);
  if (status === undefined || status >= 500) return new MaestroError('internal', {}, { cause: failure });
  const { method, path, contentType } = request;
  if (status === 404) return new MaestroError('route.unknown', { method, path }, { cause: failure });
  if (status === 413) return new MaestroError('request.too-large', { limit: limitFrom(request.bodyLimit) }, { cause: failure });
  if (status === 415) return new MaestroError('request.content-type', { contentType }, { cause: failure });
  if (isAboutAddress(failure, status))
    return new MaestroError('request.invalid', { problems: ['the address cannot be read'] }, { cause: failure });
  return new MaestroError('request.not-json', {}, { cause: failure });
}

function statusOf(failure: unknown): number | undefined {
  if (typeof failure !== 'object' || failure === null) return undefined;
  const { statusCode, getStatus } = failure as HttpFailure;
  if (typeof statusCode === 'number') return statusCode;
  return typeof getStatus === 'function' ? getStatus.call(failure) : undefined;
}

function isAboutAddress(failure: unknown, status: number): boolean {
  return status === 414 || (failure as HttpFailure).code === 'FST_ERR_BAD_URL';
}

function limitFrom(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${String(bytes / 1024 / 1024)} MiB` : `${String(bytes / 1024)} KiB`;
}
