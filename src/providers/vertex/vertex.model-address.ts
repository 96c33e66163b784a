import { MaestroError } from '../../contracts/errors/maestro-error.js';

/** What a model's publisher speaks here: its maker's own wire where there is one, else Chat Completions. */
export type PublisherWire = 'generate-content' | 'messages' | 'chat';

export interface ModelAddress {
  readonly publisher: string;
  readonly model: string;
  /** Below project and location. */
  readonly path: string;
  readonly wire: PublisherWire;
}

const wires: ReadonlyMap<string, PublisherWire> = new Map([
  ['google', 'generate-content'],
  ['anthropic', 'messages'],
]);

/** Names that need no publisher before them; every other bare name is the vendor's own. */
const bareNames: readonly (readonly [RegExp, string])[] = [[/^claude-/, 'anthropic']];

/**
 * A model by the name that a client gives it: `gemini-…`, `claude-…`, `publisher/name`, `publishers/publisher/models/name`, or
 * `endpoints/id` of a model that was tuned.
 *
 * @throws MaestroError `request.invalid` for a name that would leave the path
 */
export function modelAddress(name: string): ModelAddress {
  const segments = name
    .replace(/^publishers\/([^/]+)\/models\//, '$1/')
    .replace(/^models\//, '')
    .split('/');
  if (segments.length > 2 || segments.some((segment) => segment === '' || segment === '.' || segment === '..')) {
    throw new MaestroError('request.invalid', { problems: ['the model must be a name, or a publisher and a name with a slash between'] });
  }
  const [first = '', second] = segments;
  if (first === 'endpoints' && second !== undefined) {
    return { publisher: 'google', model: second, path: `/endpoints/${encodeURIComponent(second)}`, wire: 'generate-content' };
  }
  const publisher = second === undefined ? (bareNames.find(([form]) => form.test(first))?.[1] ?? 'google') : first;
  const model = second ?? first;
  return {
    publisher,
    model,
    path: `/publishers/${encodeURIComponent(publisher)}/models/${encodeURIComponent(model)}`,
    wire: wires.get(publisher) ?? 'chat',
  };
}
