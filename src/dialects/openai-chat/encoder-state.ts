import type { StreamState } from '../../contracts/behaviours/streaming.behaviour.js';
import type { JsonObject } from '../../contracts/chat.js';
import type { Usage } from '../../contracts/stream-event.js';
import type { CustomInput } from '../../kit/custom-input.js';
import { openAiChat } from './wire.js';

export interface OutgoingCall {
  readonly callId: string;
  readonly hasArguments?: boolean;
  /** Of a tool that takes free text. */
  readonly input?: CustomInput;
}

export interface ChatAnswerOptions {
  /** When the answer began, in seconds since 1970. */
  readonly created: number;
  /** Whether a stream ends with a chunk of usage. */
  readonly includeUsage?: boolean;
  /** Names of the tools that the client declared as taking free text. */
  readonly customTools?: ReadonlySet<string>;
}

export interface ChatEncoderState extends StreamState {
  readonly dialect: typeof openAiChat;
  readonly id: string;
  readonly model: string;
  /** In the order of their index. */
  readonly calls: readonly OutgoingCall[];
  /** Numbers of the parts that are thoughts, in the order of their blocks. */
  readonly thoughts: readonly number[];
  readonly usage?: Usage;
  /** The chunk of a piece of text, before and after the text: of a stream's chunks, most are the same but for that. */
  readonly textChunk?: readonly [before: string, after: string];
}

/** What one event adds: to the message, to its log probabilities, to what is remembered. */
export interface Addition {
  readonly delta?: JsonObject;
  readonly logprobs?: JsonObject;
  readonly notices?: readonly string[];
  readonly state?: Partial<ChatEncoderState>;
}

export const freshState: ChatEncoderState = { dialect: openAiChat, id: '', model: '', calls: [], thoughts: [] };
