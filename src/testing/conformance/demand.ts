import { inspect } from 'node:util';

import { MaestroError } from '../../contracts/errors/maestro-error.js';

/** Ends a check: the provider does not do what is demanded. */
export function demand(holds: boolean, problem: string): asserts holds {
  if (!holds) throw new Error(problem);
}

export function inLine(value: unknown): string {
  return inspect(value, { depth: 2, breakLength: Infinity }).slice(0, 120);
}

/** As a person would name it. */
export function described(thrown: unknown): string {
  if (thrown === undefined) return 'no failure';
  if (MaestroError.is(thrown)) return `${thrown.code} (${thrown.message})`;
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : `${inLine(thrown)}, which is no error`;
}

/** What the run throws, as an error of ours. */
export async function failureOf(what: string, run: () => unknown): Promise<MaestroError> {
  let given: unknown;
  try {
    given = await run();
  } catch (error) {
    demand(MaestroError.is(error), `${what} fails with ${described(error)}, which is no MaestroError`);
    return error;
  }
  throw new Error(`${what} does not fail, it gives ${inLine(given)}`);
}

/** One of these codes, and nothing else. */
export async function demandCode(what: string, codes: readonly string[], run: () => unknown): Promise<MaestroError> {
  const error = await failureOf(what, run);
  demand(codes.includes(error.code), `${what} fails with ${described(error)} instead of ${codes.join(' or ')}`);
  return error;
}

const patienceMs = 5_000;

/** For what a faulty provider never ends. Generous: a machine that is busy must not make a provider look faulty. */
export async function settled<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${what} does not come to an end`));
    }, patienceMs);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Lets all that is ready run. */
export async function someTurns(turns = 50): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
