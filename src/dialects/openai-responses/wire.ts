import type { JsonObject } from '../../contracts/chat.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { isRecord } from '../../kit/read-body.js';

/** The name of this wire: Responses (https://platform.openai.com/docs/api-reference/responses). */
export const openAiResponses = 'openai-responses';

export type ResponsesWirePart =
  | { readonly type: 'input_text' | 'output_text'; readonly text: string }
  | { readonly type: 'input_image'; readonly image_url?: string; readonly file_id?: string; readonly [option: string]: unknown }
  | {
      readonly type: 'input_file';
      readonly file_data?: string;
      readonly file_url?: string;
      readonly file_id?: string;
      readonly filename?: string;
      readonly [option: string]: unknown;
    };

export interface ResponsesWireThought {
  readonly type: 'reasoning';
  readonly id: string;
  readonly summary: readonly { readonly type: 'summary_text'; readonly text: string }[];
  readonly encrypted_content?: string;
}

export type ResponsesWireItem =
  | { readonly role: 'system' | 'user' | 'assistant'; readonly content: string | readonly ResponsesWirePart[] }
  | ResponsesWireThought
  | {
      readonly type: 'function_call';
      readonly call_id: string;
      readonly name: string;
      readonly arguments: string;
      readonly [extra: string]: unknown;
    }
  | { readonly type: 'custom_tool_call'; readonly call_id: string; readonly name: string; readonly input: string }
  | {
      readonly type: 'function_call_output' | 'custom_tool_call_output';
      readonly call_id: string;
      readonly output: string | readonly ResponsesWirePart[];
    }
  /** What only its provider can read goes back to it as it came. */
  | JsonObject;

/** What is known of a request's fields; a vendor's own stand beside them. */
export interface ResponsesWireRequest {
  readonly model: string;
  readonly input: readonly ResponsesWireItem[];
  readonly instructions?: string;
  readonly stream: boolean;
  readonly store: boolean;
  readonly tools?: readonly unknown[];
  readonly include?: readonly unknown[];
  readonly [field: string]: unknown;
}

/** Begins the ids that we give to thoughts of providers that have none: a client wants one, and no provider wants it back. */
export const ownThoughtPrefix = 'rs_maestro_';

/** An id that a provider gave. */
export function providersId(id: string | undefined): string | undefined {
  return id?.startsWith(ownThoughtPrefix) === true ? undefined : id;
}

/** Whether a tool takes free text instead of arguments: said by its `providerOptions`, or by a call's `providerData`. */
export function isCustomTool(own: JsonObject | undefined): boolean {
  return own?.['type'] === 'custom';
}

export function recordsIn(record: JsonRecord, name: string): readonly JsonRecord[] {
  const value = record[name];
  return Array.isArray(value) ? value.filter((item) => isRecord(item)) : [];
}

/** Text that says something: `""` and `null` stand for nothing. */
export function wordsIn(record: JsonRecord, name: string): string | undefined {
  const value = record[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
