import { inspect } from 'node:util';

const shown = '[secret]';

/** Marks secrets across copies of this package: `instanceof` would fail between two of them. */
const mark = Symbol.for('maestro/secret');

/**
 * A value that must never be printed: in logs, JSON, templates, `inspect` and errors it reads `[secret]`.
 * `reveal()` is the only way out; it belongs on the one line that needs the text (a header, the sealed envelope).
 */
export class Secret {
  readonly #value: string;
  readonly [mark] = true;

  private constructor(value: string) {
    this.#value = value;
  }

  static of(value: string): Secret {
    return new Secret(value);
  }

  static is(value: unknown): value is Secret {
    return typeof value === 'object' && value !== null && mark in value;
  }

  reveal(): string {
    return this.#value;
  }

  get length(): number {
    return this.#value.length;
  }

  /** The last four characters, where the secret is long enough (20) for them to give nothing away. */
  get hint(): string | undefined {
    return this.#value.length >= 20 ? this.#value.slice(-4) : undefined;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [Symbol.toPrimitive](): string {
    return shown;
  }

  [inspect.custom](): string {
    return shown;
  }
}
