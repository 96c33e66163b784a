import type { StreamState } from '../../contracts/behaviours/streaming.behaviour.js';
import type { JsonObject } from '../../contracts/chat.js';
import type { StreamEvent, Usage } from '../../contracts/stream-event.js';
import type { PartialArguments } from './partial-arguments.js';
import { dialect } from './wire.js';

/** A call whose arguments are still arriving. */
export interface OpenCall {
  readonly callId: string;
  readonly providerData: JsonObject;
  readonly arguments: PartialArguments;
}

/** What the decoder remembers between two chunks. */
export interface GenerateContentState extends StreamState {
  readonly dialect: typeof dialect;
  readonly provider: string;
  /** `message-start` was given out. */
  readonly hasBegun: boolean;
  readonly responseId?: string;
  /** Parts begun so far. */
  readonly parts: number;
  /** The part that a next piece of the same kind goes on with. */
  readonly openPart?: { readonly kind: 'text' | 'reasoning'; readonly part: number };
  /** Function calls begun so far. */
  readonly calls: number;
  readonly openCall?: OpenCall;
  /** Code that the provider ran, counted for runs without an id. */
  readonly codeRuns: number;
  readonly usage?: Usage;
  /** Usage as the provider wrote it last. */
  readonly usageMetadata?: JsonObject;
  readonly finishReason?: string;
  readonly blockReason?: string;
  /** Citations given out: grounding comes again and again, and grows. */
  readonly citations: readonly string[];
  /** Fields that we do not know, as they were last given out. */
  readonly unknown: Readonly<Record<string, string>>;
}

export interface Step {
  readonly events: readonly StreamEvent[];
  readonly state: GenerateContentState;
}

export function initialState(provider: string): GenerateContentState {
  return { dialect, provider, hasBegun: false, parts: 0, calls: 0, codeRuns: 0, citations: [], unknown: {} };
}

export function unchanged(state: GenerateContentState): Step {
  return { events: [], state };
}

/** One step made of several, each taken on the state that the last one left. */
export interface Steps {
  readonly state: GenerateContentState;
  readonly events: readonly StreamEvent[];
  take(step: Step): void;
}

export function stepsFrom(state: GenerateContentState): Steps {
  const events: StreamEvent[] = [];
  const steps = {
    state,
    events,
    take(step: Step) {
      steps.state = step.state;
      for (const event of step.events) events.push(event);
    },
  };
  return steps;
}

/** The part that a piece of this kind belongs to: the open one, or a new one. */
export function partFor(
  state: GenerateContentState,
  kind: 'text' | 'reasoning',
): { readonly part: number; readonly state: GenerateContentState } {
  if (state.openPart?.kind === kind) return { part: state.openPart.part, state };
  const part = state.parts;
  return { part, state: { ...state, parts: part + 1, openPart: { kind, part } } };
}

/** Ends the open part and begins one that no other piece goes on with. */
export function newPart(state: GenerateContentState): { readonly part: number; readonly state: GenerateContentState } {
  const { openPart: _, ...rest } = state;
  return { part: state.parts, state: { ...rest, parts: state.parts + 1 } };
}

/** Whether a state is this dialect's own, for callers that hold states of any. */
export function isGenerateContentState(state: StreamState | undefined): state is GenerateContentState {
  return state?.dialect === dialect;
}
