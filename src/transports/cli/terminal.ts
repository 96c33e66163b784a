/** Where text is read from: standard input. */
export type TerminalInput = NodeJS.ReadableStream & { readonly isTTY?: boolean };

/** Where text goes: standard output, standard error. */
export type TerminalOutput = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** What a command is connected to. */
export interface Terminal {
  readonly input: TerminalInput;
  /** Results, and nothing else. */
  readonly output: TerminalOutput;
  /** Progress, questions and failures. */
  readonly errors: TerminalOutput;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
}

export const Terminal = Symbol.for('maestro/terminal');
