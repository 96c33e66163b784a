import type { JsonObject, JsonValue } from '../../contracts/chat.js';

/**
 * Anthropic's Messages wire (`POST /v1/messages`, `anthropic-version: 2023-06-01`), as far as we write it. What we read is
 * `unknown` and taken field by field: the vendor adds block and event types without a new version.
 */
export const anthropicMessages = 'anthropic-messages';

export interface TextBlock {
  readonly type: 'text';
  readonly text: string;
}

export type BlockSource =
  | { readonly type: 'base64'; readonly media_type: string; readonly data: string }
  | { readonly type: 'text'; readonly media_type: 'text/plain'; readonly data: string }
  | { readonly type: 'url'; readonly url: string }
  | { readonly type: 'file'; readonly file_id: string };

export interface ImageBlock {
  readonly type: 'image';
  readonly source: BlockSource;
}

export interface DocumentBlock {
  readonly type: 'document';
  readonly source: BlockSource;
  readonly title?: string;
}

export interface ThinkingBlock {
  readonly type: 'thinking';
  readonly thinking: string;
  readonly signature: string;
}

export interface RedactedThinkingBlock {
  readonly type: 'redacted_thinking';
  readonly data: string;
}

export interface ToolUseBlock {
  readonly type: 'tool_use';
  readonly id: string;
  readonly name: string;
  readonly input: JsonObject;
  /** Who called: the model itself, or code that runs with the provider. */
  readonly caller?: JsonValue;
}

export interface ToolResultBlock {
  readonly type: 'tool_result';
  readonly tool_use_id: string;
  readonly content: string | readonly (TextBlock | ImageBlock | DocumentBlock)[];
  readonly is_error?: true;
}

/** A block may carry fields of its own beside these (`cache_control`, `citations`); one of a tool that ran with the provider is only passed on. */
export type InputBlock =
  TextBlock | ImageBlock | DocumentBlock | ThinkingBlock | RedactedThinkingBlock | ToolUseBlock | ToolResultBlock | JsonObject;

export interface InputMessage {
  readonly role: 'user' | 'assistant';
  readonly content: readonly InputBlock[];
}

export interface FunctionTool {
  readonly name: string;
  readonly description?: string;
  readonly input_schema: JsonObject;
  readonly strict?: boolean;
}

export type WireToolChoice = (
  { readonly type: 'auto' } | { readonly type: 'any' } | { readonly type: 'none' } | { readonly type: 'tool'; readonly name: string }
) & { readonly disable_parallel_tool_use?: true };

export type Thinking =
  | { readonly type: 'disabled' }
  | { readonly type: 'enabled'; readonly budget_tokens: number; readonly display?: 'summarized' }
  | { readonly type: 'adaptive'; readonly display?: 'summarized' };

export interface OutputConfig {
  readonly effort?: 'low' | 'medium' | 'high';
  readonly format?: { readonly type: 'json_schema'; readonly schema: JsonObject };
}

export interface MessagesRequest {
  readonly model: string;
  readonly max_tokens: number;
  readonly messages: readonly InputMessage[];
  readonly system?: readonly TextBlock[];
  readonly tools?: readonly (FunctionTool | JsonValue)[];
  readonly tool_choice?: WireToolChoice;
  readonly temperature?: number;
  readonly top_p?: number;
  readonly top_k?: number;
  readonly stop_sequences?: readonly string[];
  readonly thinking?: Thinking;
  readonly output_config?: OutputConfig;
  readonly metadata?: { readonly user_id: string };
  readonly stream: true;
}
