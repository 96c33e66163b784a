import type { JsonObject } from '../../contracts/chat.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { isRecord } from '../../kit/read-body.js';

/** The name of this wire: Chat Completions (https://platform.openai.com/docs/api-reference/chat). */
export const openAiChat = 'openai-chat';

export type ChatWirePart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image_url'; readonly image_url: JsonObject }
  | { readonly type: 'input_audio'; readonly input_audio: { readonly data: string; readonly format: string } }
  | { readonly type: 'file'; readonly file: JsonObject };

export type ChatWireToolCall =
  | { readonly id: string; readonly type: 'function'; readonly function: { readonly name: string; readonly arguments: string } }
  | { readonly id: string; readonly type: 'custom'; readonly custom: { readonly name: string; readonly input: string } };

export type ChatWireMessage =
  | { readonly role: 'system' | 'developer' | 'user'; readonly content: string | readonly ChatWirePart[] }
  | {
      readonly role: 'assistant';
      readonly content: string | null;
      readonly tool_calls?: readonly ChatWireToolCall[];
      /** Of vendors that take back what a model thought. */
      readonly reasoning_content?: string;
      readonly reasoning_details?: readonly JsonObject[];
    }
  | { readonly role: 'tool'; readonly tool_call_id: string; readonly content: string };

/** What is known of a request's fields; a vendor's own stand beside them. */
export interface ChatWireRequest {
  readonly model: string;
  readonly messages: readonly ChatWireMessage[];
  readonly stream: boolean;
  readonly [field: string]: unknown;
}

/** Whether a tool takes free text instead of arguments: said by its `providerOptions`, or by a call's `providerData`. */
export function isCustomTool(own: JsonObject | undefined): boolean {
  return own?.['type'] === 'custom';
}

/** `data` that stands for the end of the stream. Alone it does not say that the answer is whole. */
export const doneMark = '[DONE]';

export function recordsIn(record: JsonRecord, name: string): readonly JsonRecord[] {
  const value = record[name];
  return Array.isArray(value) ? value.filter((item) => isRecord(item)) : [];
}

/** Text that says something: vendors write `""` and `null` for nothing. */
export function wordsIn(record: JsonRecord, name: string): string | undefined {
  const value = record[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
