import type { LoggerService } from '@nestjs/common';

/** Keeps what is logged, as `level context: message`. */
export class CapturedLog implements LoggerService {
  readonly lines: string[] = [];

  log(message: unknown, context?: string): void {
    this.keep('log', message, context);
  }

  warn(message: unknown, context?: string): void {
    this.keep('warn', message, context);
  }

  /** Nest gives a stack before the context. */
  error(message: unknown, _stack?: string, context?: string): void {
    this.keep('error', message, context);
  }

  from(context: string): readonly string[] {
    return this.lines.filter((line) => line.includes(` ${context}: `));
  }

  private keep(level: string, message: unknown, context: string | undefined): void {
    const text = typeof message === 'string' ? message : ((message as { readonly text?: string }).text ?? '');
    this.lines.push(`${level} ${context ?? ''}: ${text}`);
  }
}
