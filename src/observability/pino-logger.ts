import type { LoggerService } from '@nestjs/common';
import type { DestinationStream, Logger } from 'pino';
import { pino, stdTimeFunctions } from 'pino';
import { prettyFactory } from 'pino-pretty';

import { gatheredLines } from './gathered-lines.js';
import type { LogFields } from './log-fields.js';
import { errorFields, flatFields, isError } from './log-fields.js';
import type { SecretFilter } from './secret-filter.js';

export interface LoggerOptions {
  readonly level: string;
  readonly format: 'json' | 'pretty';
  readonly filter: SecretFilter;
  /** Given every line as it is logged. Default: standard output, a moment's lines at once; nothing is lost when the process exits. */
  readonly destination?: DestinationStream;
  /** Which process of several this is. */
  readonly worker?: number;
}

const prettyOptions = { singleLine: true, translateTime: 'SYS:HH:MM:ss', messageFormat: '{context} {msg}', ignore: 'context' };

/** What Nest tells of itself while it starts; of interest when something is wrong with the wiring. */
const quiet: ReadonlySet<unknown> = new Set(['InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestFactory', 'NestApplication']);

type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** Nest's logger on pino: one line an entry, flat fields, every line through the filter. */
export class PinoLogger implements LoggerService {
  readonly #pino: Logger;
  /** Of a log that is gathered: writes what waits. */
  readonly #flush: (() => void) | undefined;

  constructor({ level, format, filter, destination, worker }: LoggerOptions) {
    const out = filteredBy(filter, destination ?? pino.destination({ dest: 1, sync: true }));
    const gathered = destination === undefined ? gatheredLines(out) : undefined;
    const lines = gathered ?? out;
    this.#flush = gathered?.flush;
    this.#pino = pino(
      {
        level,
        base: worker === undefined ? null : { worker },
        timestamp: stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      format === 'json' ? lines : prettified(lines),
    );
  }

  log(message: unknown, ...rest: readonly unknown[]): void {
    this.#write(quiet.has(rest.at(-1)) ? 'debug' : 'info', message, rest);
  }

  error(message: unknown, ...rest: readonly unknown[]): void {
    this.#write('error', message, rest);
  }

  warn(message: unknown, ...rest: readonly unknown[]): void {
    this.#write('warn', message, rest);
  }

  debug(message: unknown, ...rest: readonly unknown[]): void {
    this.#write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: readonly unknown[]): void {
    this.#write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: readonly unknown[]): void {
    this.#write('fatal', message, rest);
  }

  /** Nest gives the context as the last argument, and to `error` the stack before it. */
  #write(level: Level, message: unknown, rest: readonly unknown[]): void {
    if (!this.#pino.isLevelEnabled(level)) return;
    const context = rest.at(-1);
    const stack = rest.length > 1 ? rest[0] : undefined;
    const { text, fields } = entryFrom(message);
    this.#pino[level]({ ...flatFields({ context, stack }), ...fields }, text);
    // Who logs these may not live to see the moment's end.
    if (level === 'error' || level === 'fatal') this.#flush?.();
  }
}

function filteredBy(filter: SecretFilter, out: DestinationStream): DestinationStream {
  return {
    write(text) {
      out.write(filter.apply(text));
    },
  };
}

function prettified(out: DestinationStream): DestinationStream {
  const pretty = prettyFactory(prettyOptions);
  return {
    write(line) {
      out.write(pretty(line));
    },
  };
}

function entryFrom(message: unknown): { readonly text: string; readonly fields: LogFields } {
  if (typeof message === 'string') return { text: message, fields: {} };
  if (isError(message)) return { text: message.message, fields: { error: errorFields(message) } };
  if (typeof message !== 'object' || message === null) return { text: String(message), fields: {} };
  const { text, ...fields } = message as LogFields;
  return { text: typeof text === 'string' ? text : '', fields: flatFields(fields) };
}
