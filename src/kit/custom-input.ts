/**
 * How far the text of a custom tool was read from its arguments, `{"input": …}`, which arrive cut anywhere. `rest` was not
 * understood yet.
 */
export interface CustomInput {
  readonly phase: 'before' | 'inside' | 'after';
  readonly rest: string;
}

export const freshInput: CustomInput = { phase: 'before', rest: '' };

const opening = /^\s*\{\s*"input"\s*:\s*"/;
const inside = /^(?:[^"\\]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*/;

/** What one more piece of the arguments adds to the text. */
export function readInput(input: CustomInput, json: string): { readonly text: string; readonly input: CustomInput } {
  const { phase } = input;
  if (phase === 'after') return { text: '', input };
  const gathered = input.rest + json;
  if (phase === 'inside') return readInside(gathered);
  const start = opening.exec(gathered)?.[0];
  return start === undefined ? { text: '', input: { phase, rest: gathered } } : readInside(gathered.slice(start.length));
}

function readInside(gathered: string): { readonly text: string; readonly input: CustomInput } {
  const whole = inside.exec(gathered)?.[0] ?? '';
  const rest = gathered.slice(whole.length);
  const text = String(JSON.parse(`"${whole.replaceAll(controls, escaped)}"`));
  return { text, input: { phase: rest.startsWith('"') ? 'after' : 'inside', rest } };
}

/** Some models write line breaks into JSON as they are. */
const controls = /\p{Cc}/gu;

function escaped(control: string): string {
  return JSON.stringify(control).slice(1, -1);
}

/** What is left at the end of arguments that were no `{"input": …}`: they are given as they are. */
export function restOfInput({ phase, rest }: CustomInput): string {
  return phase === 'before' ? rest : '';
}
