import type { LoggerService } from '@nestjs/common';
import type { DestinationStream, Logger } from 'pino';
import { pino, stdTimeFunctions } from 'pino';
import { prettyFactory } from 'pino-pretty';

import type { LogFields } from './log-fields.js';
import { errorFields, flatFields, isError } from './log-fields.js';
import type { SecretFilter } from './secret-filter.js';

export interface LoggerOptions {
  readonly level: string;
  readonly format: 'json' | 'pretty';
  readonly filter: SecretFilter;
  /** Default: standard output, written before the call returns, so that the last line before an exit is not lost. */
  readonly destination?: DestinationStream;
}

const prettyOptions = { singleLine: true, translateTime: 'SYS:HH:MM:ss', messageFormat: '{context} {msg}', ignore: 'context' };

/** What Nest tells of itself while it starts; of interest when something is wrong with the wiring. */
const quiet: ReadonlySet<unknown> = new Set(['InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestFactory', 'NestApplication']);

type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** Nest's logger on pino: one line an entry, flat fields, every line through the filter. */
export class PinoLogger implements LoggerService {
  readonly #pino: Logger;

  constructor({ level, format, filter, destination = pino.destination({ dest: 1, sync: true }) }: LoggerOptions) {
    const lineFrom = format === 'json' ? (line: string): string => line : prettyFactory(prettyOptions);
    const filtered: DestinationStream = {
      write(line) {
        destination.write(filter.apply(lineFrom(line)));
      },
    };
    this.#pino = pino(
      { level, base: null, timestamp: stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } },
      filtered,
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
    const context = rest.at(-1);
    const stack = rest.length > 1 ? rest[0] : undefined;
    const { text, fields } = entryFrom(message);
    this.#pino[level]({ ...flatFields({ context, stack }), ...fields }, text);
  }
}

function entryFrom(message: unknown): { readonly text: string; readonly fields: LogFields } {
  if (typeof message === 'string') return { text: message, fields: {} };
  if (isError(message)) return { text: message.message, fields: { error: errorFields(message) } };
  if (typeof message !== 'object' || message === null) return { text: String(message), fields: {} };
  const { text, ...fields } = message as LogFields;
  return { text: typeof text === 'string' ? text : '', fields: flatFields(fields) };
}
