import type { JsonObject, JsonValue } from '../../contracts/chat.js';

/** Names and indices from the arguments' root; the first is a name. */
export type ArgumentPath = readonly (string | number)[];

/** One value that arrived on its own. */
export interface ArgumentLeaf {
  readonly path: ArgumentPath;
  readonly value: JsonValue;
  /** A text that the next leaf of the same path goes on with. */
  readonly isOpen: boolean;
}

/** `$.recipe.steps[2]` or `$['recipe']["steps"][2]`. `undefined` where it cannot be read. */
export function pathFrom(jsonPath: string): ArgumentPath | undefined {
  const segment = /\.([^.[\]]+)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]/y;
  const path: (string | number)[] = [];
  segment.lastIndex = 1;
  while (segment.lastIndex < jsonPath.length) {
    const match = segment.exec(jsonPath);
    if (match === null) return undefined;
    const [, name, index, single, double] = match;
    path.push(index === undefined ? (name ?? unescaped(single ?? double ?? '')) : Number(index));
  }
  return jsonPath.startsWith('$') && typeof path[0] === 'string' ? path : undefined;
}

function unescaped(quoted: string): string {
  return quoted.replace(/\\(.)/g, '$1');
}

/** A value that arrived whole is not entered: what comes below its path contradicts it. */
type Node =
  | { readonly kind: 'value'; readonly value: JsonValue }
  | { readonly kind: 'array'; readonly items: Node[] }
  | { readonly kind: 'object'; readonly members: Map<string, Node> };

/**
 * The object that the leaves describe, in whatever order they came; a later value of a path replaces an earlier one, unless
 * that was a text still open. `undefined` where they contradict each other.
 */
export function objectFrom(leaves: readonly ArgumentLeaf[]): JsonObject | undefined {
  const members = new Map<string, Node>();
  const openTexts = new Map<string, string>();
  for (const { path, value, isOpen } of leaves) {
    const key = JSON.stringify(path);
    const whole = typeof value === 'string' ? (openTexts.get(key) ?? '') + value : value;
    if (isOpen && typeof whole === 'string') openTexts.set(key, whole);
    else openTexts.delete(key);
    if (!place({ kind: 'object', members }, path, whole)) return undefined;
  }
  return recordFrom(members);
}

function place(root: Node, path: ArgumentPath, value: JsonValue): boolean {
  let node = root;
  for (const [depth, segment] of path.entries()) {
    const next = path[depth + 1];
    const child = (next === undefined ? undefined : childOf(node, segment)) ?? newNode(next, value);
    if (!put(node, segment, child)) return false;
    node = child;
  }
  return true;
}

function childOf(node: Node, segment: string | number): Node | undefined {
  if (node.kind === 'array' && typeof segment === 'number') return node.items[segment];
  return node.kind === 'object' && typeof segment === 'string' ? node.members.get(segment) : undefined;
}

function newNode(next: string | number | undefined, value: JsonValue): Node {
  if (next === undefined) return { kind: 'value', value };
  return typeof next === 'number' ? { kind: 'array', items: [] } : { kind: 'object', members: new Map() };
}

/** An index past the end is refused: JSON has no holes, and an index of millions must not become an array of that length. */
function put(node: Node, segment: string | number, child: Node): boolean {
  if (node.kind === 'object' && typeof segment === 'string') {
    node.members.set(segment, child);
    return true;
  }
  if (node.kind !== 'array' || typeof segment !== 'number' || segment > node.items.length) return false;
  node.items[segment] = child;
  return true;
}

function recordFrom(members: ReadonlyMap<string, Node>): JsonObject {
  return Object.fromEntries([...members].map(([name, node]) => [name, valueFrom(node)]));
}

function valueFrom(node: Node): JsonValue {
  if (node.kind === 'value') return node.value;
  return node.kind === 'array' ? node.items.map(valueFrom) : recordFrom(node.members);
}
