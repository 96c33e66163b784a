import type { ChatMessage, JsonObject, ProviderOptions, Role } from '../../contracts/chat.js';
import { ChatOptionsDto } from './chat-options.dto.js';
import { Flag, Json, JsonByProvider, ListOf, Nested, OneOf, Optional, Rule, Text, TextOrListOf } from './fields.js';
import type { PartDto } from './part.dto.js';
import { partTypes } from './part.dto.js';

const roles = ['system', 'user', 'assistant', 'tool'] as const satisfies readonly Role[];

const mostMessages = 10_000;

export class MessageDto implements ChatMessage {
  @OneOf(roles)
  readonly role: Role;

  /** A text, or parts. */
  @Rule('must not be empty', (value) => (typeof value === 'string' || Array.isArray(value) ? value.length > 0 : true))
  @TextOrListOf(partTypes, 'parts')
  readonly content: string | PartDto[];
}

export class ToolDto {
  @Text({ min: 1, max: 200 })
  readonly name: string;

  @Optional()
  @Text({ max: 100_000 })
  readonly description?: string;

  /** JSON Schema of the arguments. */
  @Json()
  readonly parameters: JsonObject;

  @Optional()
  @Flag()
  readonly strict?: boolean;

  @Optional()
  @JsonByProvider()
  readonly providerOptions?: ProviderOptions;
}

export class ChatDto {
  /** A provider's id. */
  @Text({ min: 1 })
  readonly provider: string;

  /** A session's name or id. */
  @Text({ min: 1 })
  readonly session: string;

  /** Needed where the provider has a session of this name for both. */
  @Optional()
  @Text({ min: 1 })
  readonly authType?: string;

  @Text({ min: 1 })
  readonly model: string;

  @ListOf(() => MessageDto, { min: 1, max: mostMessages })
  readonly messages: MessageDto[];

  @Optional()
  @ListOf(() => ToolDto, { max: 1_000 })
  readonly tools?: ToolDto[];

  @Optional()
  @Nested(() => ChatOptionsDto)
  readonly options?: ChatOptionsDto;

  /** What only one provider knows, by provider id. */
  @Optional()
  @JsonByProvider()
  readonly providerOptions?: ProviderOptions;

  /** A conversation whose context Maestro keeps. */
  @Optional()
  @Text({ min: 1, max: 200 })
  readonly contextId?: string;

  /** `true` (default): server-sent events; `false`: one JSON answer. */
  @Optional()
  @Flag()
  readonly stream?: boolean;
}
