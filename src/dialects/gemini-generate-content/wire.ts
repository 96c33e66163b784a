import type { JsonObject, JsonValue } from '../../contracts/chat.js';
import { isRecord } from '../../kit/read-body.js';

/**
 * The wire of `models/{model}:generateContent` and `:streamGenerateContent` (Gemini API v1beta, Vertex AI v1).
 * Source: https://ai.google.dev/api/generate-content and the types of @google/genai.
 */
export const dialect = 'gemini-generate-content';

// What is sent: written by us, so typed.

interface Blob {
  readonly mimeType: string;
  /** Base64. */
  readonly data: string;
}

interface FileData {
  readonly fileUri: string;
  readonly mimeType?: string;
}

interface FunctionCall {
  readonly id?: string;
  readonly name: string;
  readonly args: JsonObject;
}

interface FunctionResponse {
  readonly id?: string;
  readonly name: string;
  /** `output` holds the result, `error` what went wrong. */
  readonly response: JsonObject;
  readonly parts?: readonly Part[];
}

export interface Part {
  readonly text?: string;
  readonly thought?: boolean;
  /** Belongs to the part it came with, and goes back in it. */
  readonly thoughtSignature?: string;
  readonly inlineData?: Blob;
  readonly fileData?: FileData;
  readonly functionCall?: FunctionCall;
  readonly functionResponse?: FunctionResponse;
}

/** One of ours, or one of the provider's own that is passed on as it came. */
export type WirePart = Part | JsonObject;

export interface Content {
  readonly role: 'user' | 'model';
  readonly parts: readonly WirePart[];
}

interface FunctionDeclaration {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema; `parameters` would take a subset of OpenAPI's only. */
  readonly parametersJsonSchema: JsonObject;
}

export interface Tool {
  readonly functionDeclarations: readonly FunctionDeclaration[];
}

export interface FunctionCallingConfig {
  /** `VALIDATED`: like `AUTO`, with arguments held to their schema. */
  readonly mode: 'AUTO' | 'ANY' | 'NONE' | 'VALIDATED';
  readonly allowedFunctionNames?: readonly string[];
}

/** `thinkingBudget` (tokens, up to the 2.5 models) or `thinkingLevel` (from 3 on), never both. */
export interface ThinkingConfig {
  readonly includeThoughts?: boolean;
  readonly thinkingBudget?: number;
  readonly thinkingLevel?: string;
}

export interface GenerationConfig {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly maxOutputTokens?: number;
  readonly stopSequences?: readonly string[];
  readonly seed?: number;
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  readonly responseMimeType?: string;
  readonly responseJsonSchema?: JsonObject;
  readonly responseLogprobs?: boolean;
  readonly logprobs?: number;
  readonly thinkingConfig?: ThinkingConfig;
}

export interface GenerateContentRequest {
  readonly contents: readonly Content[];
  readonly systemInstruction?: { readonly parts: readonly WirePart[] };
  readonly tools?: readonly Tool[];
  readonly toolConfig?: { readonly functionCallingConfig: FunctionCallingConfig };
  readonly generationConfig?: GenerationConfig;
}

// What comes back: anybody's text. Fields are read one by one (see kit/json-fields too), and one of the wrong type counts as absent.

export function recordAt(record: JsonObject, name: string): JsonObject | undefined {
  const value = record[name];
  return isJsonObject(value) ? value : undefined;
}

export function recordsAt(record: JsonObject, name: string): readonly JsonObject[] {
  const value = record[name];
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

export function numbersAt(record: JsonObject, name: string): readonly number[] {
  const value = record[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'number') : [];
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return isRecord(value);
}

/** The fields that are not among the known ones; `undefined` where there are none. */
export function unknownFields(record: JsonObject, known: ReadonlySet<string>): JsonObject | undefined {
  const unknown: Record<string, JsonValue> = {};
  let isFound = false;
  for (const name in record) {
    const value = record[name];
    if (known.has(name) || value === undefined) continue;
    unknown[name] = value;
    isFound = true;
  }
  return isFound ? unknown : undefined;
}

/** The objects of an event's data: one, or an array of them as a body without `alt=sse` has. `undefined`: it is no JSON. */
export function objectsFrom(data: string): readonly JsonObject[] | undefined {
  try {
    // JSON.parse gives JSON values and nothing else.
    const value = JSON.parse(data) as JsonValue;
    return (Array.isArray(value) ? value : [value]).filter(isJsonObject);
  } catch {
    return undefined;
  }
}
