import { MaestroError } from '../contracts/errors/maestro-error.js';

export type LogFields = Readonly<Record<string, unknown>>;

/** What of an error is logged; nothing else that hangs on it (a request, its headers, a query's parameters) ever is. */
export interface LoggedError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly upstream?: LogFields;
  readonly cause?: LoggedError;
}

const deepest = 4;
const longest = 2_000;

export function errorFields(error: unknown, depth = 0): LoggedError {
  const { name, message, stack, code, cause } = partsOf(error);
  return {
    name: typeof name === 'string' ? name : typeof error,
    message: cut(typeof message === 'string' ? message : String(error)),
    ...(typeof code === 'string' && { code }),
    // Where Maestro failed on purpose, the code says more than the place; the stack is for what nobody foresaw.
    ...(typeof stack === 'string' && !isForeseen(error) && { stack: cut(stack) }),
    ...(MaestroError.is(error) && error.upstream !== undefined && { upstream: { ...error.upstream } }),
    ...(cause !== undefined && depth < deepest && { cause: errorFields(cause, depth + 1) }),
  };
}

/** A log line's own fields: flat values, and errors by `errorFields`. Objects stay out: nobody knows what is in them. */
export function flatFields(fields: LogFields): LogFields {
  const flat: Record<string, unknown> = {};
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    if (value !== undefined) flat[name] = flatField(name, value);
  }
  return flat;
}

function flatField(name: string, value: unknown): unknown {
  if (name === 'error') return errorFields(value);
  switch (typeof value) {
    case 'string':
      return cut(value);
    case 'number':
    case 'boolean':
      return value;
    default:
      if (value === null) return value;
      return isError(value) ? errorFields(value) : '[object]';
  }
}

/** Not by `instanceof` alone: an error of another realm or package copy is one too. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

function isForeseen(error: unknown): boolean {
  return MaestroError.is(error) && error.code !== 'internal';
}

function partsOf(error: unknown): LogFields {
  if (typeof error !== 'object' || error === null) return {};
  const { name, message, stack, code, cause } = error as Partial<Record<'name' | 'message' | 'stack' | 'code' | 'cause', unknown>>;
  return { name, message, stack, code, cause };
}

function cut(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
