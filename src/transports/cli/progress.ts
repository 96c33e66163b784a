import type { Terminal } from './terminal.js';

export interface ProgressNote {
  /** What is worked on. */
  readonly step: string;
  readonly done: number;
  readonly total: number;
}

export interface Progress {
  /** May be called as often as one likes. */
  readonly show: (note: ProgressNote) => void;
  readonly end: () => void;
}

/**
 * How far long work is, on standard error: one line that is written over in a terminal; elsewhere a line for each tenth, so
 * that a log stays readable. With `--json` nothing: then standard error holds nothing but a problem.
 */
function progressOn({ errors }: Terminal, { isJson }: { readonly isJson: boolean }): Progress {
  if (isJson) return { show: () => undefined, end: () => undefined };
  const isTerminal = errors.isTTY === true;
  let last = '';
  return {
    show({ step, done, total }) {
      const share = total === 0 ? 100 : Math.floor((100 * done) / total);
      const shown = isTerminal || done >= total ? share : share - (share % 10);
      const key = `${step} ${String(shown)}`;
      if (key === last) return;
      last = key;
      const line = `${step}: ${String(done)} of ${String(total)} (${String(share)} %)`;
      errors.write(isTerminal ? `\r\u001b[2K${line}` : `${line}\n`);
    },
    end() {
      if (isTerminal && last !== '') errors.write('\n');
    },
  };
}

/** Long work with its progress, which ends with it. */
export async function withProgress<T>(
  terminal: Terminal,
  { json }: { readonly json?: boolean },
  work: (progress: Progress) => Promise<T>,
): Promise<T> {
  const progress = progressOn(terminal, { isJson: json === true });
  try {
    return await work(progress);
  } finally {
    progress.end();
  }
}
