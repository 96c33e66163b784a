import type { ChatOptions } from '../../contracts/chat.js';
import type { OAuthCredentials } from '../../contracts/credentials.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { DialectSupport, SettingDefinition } from '../../contracts/manifest.js';
import type { Model } from '../../contracts/model.js';
import { aModel } from '../../contracts/model.js';
import type { ProviderClient } from '../../contracts/provider-client.js';
import type { WireRequest, WireResponse } from '../../contracts/wire-request.js';
import { openAiResponses } from '../../dialects/openai-responses/wire.js';
import type { ClientParts } from '../../kit/api-key.js';
import { clientAt } from '../../kit/api-key.js';
import { forwardWire } from '../../kit/forward-wire.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { textIn } from '../../kit/json-fields.js';
import { isRecord, jsonFrom } from '../../kit/read-body.js';
import { unsaidOptions } from '../../kit/unsaid-fields.js';
import { accountIn } from './openai.account.js';
import { providerId } from './openai.calls.js';
import { catalogueDate, knownFactsOf } from './openai.catalogue.js';
import { wholeAnswer } from './openai.whole-answer.js';

// ChatGPT's own backend, for logins with a subscription. Nothing of it is documented; all of this is after
// https://github.com/openai/codex, read 2026-11-22, without what that program says of itself.

const defaultChatGptUrl = 'https://chatgpt.com/backend-api/codex';

/** From https://developers.openai.com/codex/models, as known on the catalogue's date. */
const knownModels = 'gpt-5.5 gpt-5.4 gpt-5.4-mini gpt-5.3-codex gpt-5.3-codex-spark';

export const chatGptSettings: Readonly<Record<string, SettingDefinition>> = {
  chatgptBaseUrl: { text: 'address of the backend that logins in mode chatgpt go to', default: defaultChatGptUrl },
  chatgptModels: { text: 'models that these logins have, separated by blanks: the backend has no list', default: knownModels },
};

/** Knows of itself where it leads: that backend takes one kind of request only. */
export interface ChatGptClient extends ProviderClient {
  readonly backend: 'chatgpt';
}

export function isChatGpt(client: ProviderClient): client is ChatGptClient {
  return 'backend' in client && client.backend === 'chatgpt';
}

export function chatGptClient(
  credentials: OAuthCredentials,
  { baseUrl, http, settings }: Pick<ClientParts, 'baseUrl' | 'http' | 'settings'>,
): ChatGptClient {
  const accountId = credentials.extra['accountId'] ?? accountIn(credentials)['accountId'];
  const authorise = (headers: Record<string, string>): void => {
    headers['authorization'] = `Bearer ${credentials.accessToken.reveal()}`;
    if (accountId !== undefined) headers['chatgpt-account-id'] = accountId;
  };
  const address = baseUrl ?? settings.text('chatgptBaseUrl') ?? defaultChatGptUrl;
  return { ...clientAt({ baseUrl: address, defaultBaseUrl: address, authorise, http, settings }), backend: 'chatgpt' };
}

/** What this backend refuses a request for. */
const unknownFields: readonly string[] = ['max_output_tokens', 'temperature', 'top_p', 'metadata', 'safety_identifier', 'user'];

/** What a request says beyond what Responses cannot, and this backend is not told. */
export function unsaidToChatGpt(options: ChatOptions = {}): readonly string[] {
  return unsaidOptions(options, ['maxTokens', 'temperature', 'topP', 'metadata', 'endUser']);
}

/** A request as the backend takes it: streamed, kept nowhere, the instructions one text. */
export function chatGptBody(body: JsonRecord): JsonRecord {
  const kept = Object.entries(body).filter(([name]) => !unknownFields.includes(name));
  return { ...Object.fromEntries(kept), instructions: instructionsIn(body), store: false, stream: true };
}

function instructionsIn({ instructions }: JsonRecord): string {
  const segments: readonly unknown[] = Array.isArray(instructions) ? instructions : [instructions];
  const texts = segments.map((segment) => (isRecord(segment) ? textIn(segment, 'text') : segment));
  return texts.filter((text) => typeof text === 'string').join('\n\n');
}

/** @throws MaestroError `operation.unsupported` for all but a chat over Responses, `request.invalid`, and as `wholeAnswer` */
export async function forwardToChatGpt(
  client: ChatGptClient,
  request: WireRequest,
  dialects: readonly DialectSupport[],
): Promise<WireResponse> {
  const { dialect, operation } = request;
  if (dialect !== openAiResponses || operation !== 'chat') throw unsupported(`${operation} in ${dialect}`);
  const body = jsonFrom(Buffer.from(request.body ?? []).toString('utf8'));
  if (!isRecord(body)) throw new MaestroError('request.invalid', { problems: ['the body is no JSON object'] });
  const headers = { ...request.headers, accept: 'text/event-stream' };
  const streamed = { ...request, headers, body: Buffer.from(JSON.stringify(chatGptBody(body))) };
  const answer = withUnsaid(await forwardWire(client, streamed, { provider: providerId, dialects }), body);
  return body['stream'] === true || answer.status >= 300 ? answer : wholeAnswer(answer);
}

/** A client's own words go on as they are, but for these fields: it is told so. */
function withUnsaid(answer: WireResponse, body: JsonRecord): WireResponse {
  const unsaid = unknownFields.filter((name) => body[name] !== undefined && body[name] !== null);
  return unsaid.length === 0 ? answer : { ...answer, headers: { ...answer.headers, 'x-maestro-untranslated': unsaid.join(', ') } };
}

export function chatGptModels({ settings }: ChatGptClient): readonly Model[] {
  const ids = (settings.text('chatgptModels') ?? knownModels).split(/\s+/).filter((id) => id !== '');
  return ids.map((id) => aModel({ id, name: id, catalogueDate, ...knownFactsOf(id) }));
}

export function unsupported(operation: string): MaestroError {
  return new MaestroError('operation.unsupported', { provider: providerId, operation: `${operation} with a ChatGPT login` });
}
