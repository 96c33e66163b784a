import type { ArgumentLeaf, ArgumentPath } from './argument-path.js';
import { objectFrom } from './argument-path.js';

interface LeafList {
  readonly leaf: ArgumentLeaf;
  readonly before: LeafList | undefined;
}

/** An object or array whose closing bracket is still to be written. */
interface OpenContainer {
  /** The names that an object has had so far; absent: an array. */
  readonly names?: readonly string[];
  /** Values begun so far. */
  readonly length: number;
}

/**
 * The arguments of a call that arrive leaf by leaf, long texts in pieces. They are handed on as they come, as pieces of the
 * text of one JSON object.
 */
export interface PartialArguments {
  /** Last first: sharing the tail makes a step cheap and leaves earlier states as they were. */
  readonly leaves: LeafList | undefined;
  /** The root, and one container more for each segment of `path` but the last. */
  readonly open: readonly OpenContainer[];
  readonly path: ArgumentPath;
  readonly isTextOpen: boolean;
  /** A leaf belongs to something closed already. Nothing more is handed on until the end. */
  readonly isOutOfOrder: boolean;
}

export interface ArgumentsStep {
  readonly json: string;
  readonly state: PartialArguments;
}

export const noArguments: PartialArguments = {
  leaves: undefined,
  open: [{ names: [], length: 0 }],
  path: [],
  isTextOpen: false,
  isOutOfOrder: false,
};

export function withLeaf(state: PartialArguments, leaf: ArgumentLeaf): ArgumentsStep {
  const leaves = { leaf, before: state.leaves };
  if (state.isOutOfOrder) return { json: '', state: { ...state, leaves } };
  if (state.isTextOpen && typeof leaf.value === 'string' && isSamePath(state.path, leaf.path)) {
    const json = innerText(leaf.value) + (leaf.isOpen ? '' : '"');
    return { json, state: { ...state, leaves, isTextOpen: leaf.isOpen } };
  }
  const step = nextValue(state, leaf);
  return step === undefined
    ? { json: '', state: { ...state, leaves, isOutOfOrder: true } }
    : { json: (hasBegun(state) ? '' : '{') + step.json, state: { ...step.state, leaves } };
}

/** What is still to write. `undefined` where the leaves contradict each other. */
export function closingText(state: PartialArguments): string | undefined {
  if (state.leaves === undefined) return '{}';
  const closing = textEnd(state) + bracketsOf(state.open.slice(1));
  if (!state.isOutOfOrder) return `${closing}}`;
  const whole = objectFrom(inOrder(state.leaves));
  if (whole === undefined) return undefined;
  // Each member once more, and whole: of two members of one name, the later one counts (ECMA-262, JSON.parse).
  const members = Object.entries(whole).map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return `${closing}${hasBegun(state) ? ',' : '{'}${members.join(',')}}`;
}

function hasBegun({ open }: PartialArguments): boolean {
  return open[0]?.length !== 0;
}

function nextValue(state: PartialArguments, { path, value, isOpen }: ArgumentLeaf): ArgumentsStep | undefined {
  const depth = sharedDepth(state.path, path);
  const container = state.open[depth];
  const segment = path[depth];
  if (container === undefined || segment === undefined) return undefined;
  const grown = withMember(container, segment);
  const inner = path.slice(depth + 1).map((name) => withMember(newContainer(name), name));
  if (grown === undefined || !inner.every((opened) => opened !== undefined)) return undefined;
  const json =
    textEnd(state) +
    bracketsOf(state.open.slice(depth + 1)) +
    (container.length > 0 ? ',' : '') +
    nameText(segment) +
    path
      .slice(depth + 1)
      .map((name) => (typeof name === 'number' ? '[' : '{') + nameText(name))
      .join('') +
    valueText(value, isOpen);
  const open = [...state.open.slice(0, depth), grown, ...inner];
  return { json, state: { ...state, open, path, isTextOpen: isOpen && typeof value === 'string' } };
}

function newContainer(firstSegment: string | number): OpenContainer {
  return typeof firstSegment === 'number' ? { length: 0 } : { names: [], length: 0 };
}

/** `undefined` where the container cannot take this member now: a name it had, an index that is not the next one. */
function withMember({ names, length }: OpenContainer, segment: string | number): OpenContainer | undefined {
  if (names === undefined) return segment === length ? { length: length + 1 } : undefined;
  if (typeof segment === 'number' || names.includes(segment)) return undefined;
  return { names: [...names, segment], length: length + 1 };
}

/** How many containers below the root both paths go through. */
function sharedDepth(one: ArgumentPath, other: ArgumentPath): number {
  const limit = Math.min(one.length, other.length);
  let depth = 0;
  while (depth < limit && one[depth] === other[depth]) depth += 1;
  return depth;
}

function isSamePath(one: ArgumentPath, other: ArgumentPath): boolean {
  return one.length === other.length && sharedDepth(one, other) === one.length;
}

function bracketsOf(containers: readonly OpenContainer[]): string {
  return containers.map(({ names }) => (names === undefined ? ']' : '}')).reduceRight((text, bracket) => text + bracket, '');
}

function textEnd({ isTextOpen }: PartialArguments): string {
  return isTextOpen ? '"' : '';
}

function nameText(segment: string | number): string {
  return typeof segment === 'number' ? '' : `${JSON.stringify(segment)}:`;
}

function valueText(value: ArgumentLeaf['value'], isOpen: boolean): string {
  return isOpen && typeof value === 'string' ? `"${innerText(value)}` : JSON.stringify(value);
}

/** The JSON text of a piece of a text. Half a surrogate pair is written as an escape and finds its other half in the next piece. */
function innerText(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function inOrder(last: LeafList): readonly ArgumentLeaf[] {
  const leaves: ArgumentLeaf[] = [];
  for (let entry: LeafList | undefined = last; entry !== undefined; entry = entry.before) leaves.push(entry.leaf);
  return leaves.reverse();
}
