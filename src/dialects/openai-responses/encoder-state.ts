import type { StreamState } from '../../contracts/behaviours/streaming.behaviour.js';
import type { JsonObject, JsonValue } from '../../contracts/chat.js';
import type { Usage } from '../../contracts/stream-event.js';
import type { ServerSentEvent } from '../../contracts/wire-request.js';
import type { CustomInput } from '../../kit/custom-input.js';
import { openAiResponses } from './wire.js';

export interface ResponsesAnswerOptions {
  /** When the answer began, in seconds since 1970. */
  readonly created: number;
  /** Names of the tools that the client declared as taking free text. */
  readonly customTools?: ReadonlySet<string>;
}

interface OpenOutput {
  /** Its place in the answer. */
  readonly index: number;
  readonly id: string;
}

/** What is said, in contents of text or refusal; the last of them may still grow. */
export interface OpenMessage extends OpenOutput {
  readonly contents: readonly JsonObject[];
  readonly content?: OpenContent;
}

export interface OpenContent {
  readonly type: 'output_text' | 'refusal';
  /** Our number of the part. */
  readonly part: number;
  readonly text: string;
  readonly annotations: readonly JsonObject[];
  readonly logprobs: readonly JsonValue[];
}

/** A thought, in one summary for each of our parts. */
export interface OpenThought extends OpenOutput {
  readonly part: number;
  /** The provider's id, as first told. */
  readonly providersId?: string;
  readonly texts: readonly string[];
  /** Whether the last of `texts` may still grow. */
  readonly isTelling: boolean;
  readonly signature?: string;
  readonly encrypted?: string;
  /** An id that was told after the item had another. */
  readonly lateId?: string;
}

export interface OpenCall extends OpenOutput {
  readonly callId: string;
  readonly name: string;
  readonly text: string;
  /** Of a tool that takes free text. */
  readonly input?: CustomInput;
}

export interface ResponsesEncoderState extends StreamState {
  readonly dialect: typeof openAiResponses;
  readonly id: string;
  readonly model: string;
  /** Of the next frame. */
  readonly sequence: number;
  /** Items by their place; an open one stands there as it began. */
  readonly output: readonly JsonObject[];
  readonly message?: OpenMessage | undefined;
  readonly thought?: OpenThought | undefined;
  readonly calls: readonly OpenCall[];
  /** Places of the runs of the provider's own tools, by call. */
  readonly runs: Readonly<Record<string, number>>;
  readonly usage?: Usage;
}

export const freshEncoderState: ResponsesEncoderState = {
  dialect: openAiResponses,
  id: '',
  model: '',
  sequence: 0,
  output: [],
  calls: [],
  runs: {},
};

/** Where the functions of one encoding step put what they write. */
export interface Pen {
  readonly options: ResponsesAnswerOptions;
  readonly frames: ServerSentEvent[];
  readonly notices: string[];
  state: ResponsesEncoderState;
}

export function write(pen: Pen, type: string, fields: JsonObject): void {
  const { sequence } = pen.state;
  pen.frames.push({ event: type, data: JSON.stringify({ type, sequence_number: sequence, ...fields }) });
  pen.state = { ...pen.state, sequence: sequence + 1 };
}

/** Begins an item at the next place. */
export function addItem(pen: Pen, item: JsonObject): number {
  const index = pen.state.output.length;
  pen.state = { ...pen.state, output: [...pen.state.output, item] };
  write(pen, 'response.output_item.added', { output_index: index, item });
  return index;
}

export function finishItem(pen: Pen, index: number, item: JsonObject): void {
  pen.state = { ...pen.state, output: pen.state.output.with(index, item) };
  write(pen, 'response.output_item.done', { output_index: index, item });
}

/** An id for an item of ours: the answer's own keeps it apart from those of other answers. */
export function itemId({ id, output }: ResponsesEncoderState, prefix: string): string {
  return `${prefix}${id}_${String(output.length)}`;
}
