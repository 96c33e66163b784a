import type { JsonObject } from '../../contracts/chat.js';

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html */
export const bedrockConverse = 'bedrock-converse';

/** Bytes are bytes: whoever sends the request writes them as the wire wants. */
export type ConverseSource = { readonly bytes: Uint8Array } | { readonly s3Location: { readonly uri: string } };

export type ConverseBlock =
  | { readonly text: string }
  | { readonly image: { readonly format: string; readonly source: ConverseSource } }
  | { readonly document: { readonly format: string; readonly name: string; readonly source: ConverseSource } }
  | { readonly toolUse: { readonly toolUseId: string; readonly name: string; readonly input: JsonObject } }
  | { readonly toolResult: { readonly toolUseId: string; readonly content: readonly ConverseBlock[]; readonly status?: 'error' } }
  | {
      readonly reasoningContent:
        { readonly reasoningText: { readonly text: string; readonly signature?: string } } | { readonly redactedContent: Uint8Array };
    }
  | JsonObject;

export interface ConverseMessage {
  readonly role: 'user' | 'assistant';
  readonly content: readonly ConverseBlock[];
}

export type ConverseToolChoice =
  | { readonly auto: Readonly<Record<string, never>> }
  | { readonly any: Readonly<Record<string, never>> }
  | { readonly tool: { readonly name: string } };

export interface ConverseRequest {
  readonly modelId: string;
  readonly messages: readonly ConverseMessage[];
  readonly system?: readonly ConverseBlock[];
  readonly inferenceConfig?: {
    readonly maxTokens?: number;
    readonly temperature?: number;
    readonly topP?: number;
    readonly stopSequences?: readonly string[];
  };
  readonly toolConfig?: {
    readonly tools: readonly {
      readonly toolSpec: { readonly name: string; readonly description?: string; readonly inputSchema: { readonly json: JsonObject } };
    }[];
    readonly toolChoice?: ConverseToolChoice;
  };
  readonly requestMetadata?: Readonly<Record<string, string>>;
}
