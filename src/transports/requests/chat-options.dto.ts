import type { JsonObject, ToolChoice } from '../../contracts/chat.js';
import {
  Described,
  Flag,
  Json,
  NestedByType,
  Nested,
  Numeric,
  OneOf,
  Optional,
  Rule,
  Text,
  TextList,
  TextRecord,
  Whole,
} from './fields.js';
import { isRecord } from './json.js';

const mostTokens = 100_000_000;

class PlainFormatDto {
  @OneOf(['text'])
  readonly type: 'text';
}

class JsonFormatDto {
  @OneOf(['json'])
  readonly type: 'json';
}

class JsonSchemaFormatDto {
  @OneOf(['json-schema'])
  readonly type: 'json-schema';

  @Optional()
  @Text({ min: 1 })
  readonly name?: string;

  @Json()
  readonly schema: JsonObject;

  @Optional()
  @Flag()
  readonly strict?: boolean;
}

export const formats = { text: PlainFormatDto, json: JsonFormatDto, 'json-schema': JsonSchemaFormatDto };

const efforts = ['none', 'minimal', 'low', 'medium', 'high'] as const;

export class ReasoningOptionsDto {
  @Optional()
  @OneOf(efforts)
  readonly effort?: (typeof efforts)[number];

  /** Tokens. */
  @Optional()
  @Whole(0, mostTokens)
  readonly budget?: number;

  /** Ask for readable summaries where the provider can give them. */
  @Optional()
  @Flag()
  readonly summary?: boolean;
}

function isToolChoice(value: unknown): boolean {
  if (typeof value === 'string') return ['auto', 'none', 'required'].includes(value);
  return isRecord(value) && typeof value['name'] === 'string' && Object.keys(value).length === 1;
}

/** What every provider can be asked for in its own way. */
export class ChatOptionsDto {
  @Optional()
  @Numeric(0, 2)
  readonly temperature?: number;

  @Optional()
  @Numeric(0, 1)
  readonly topP?: number;

  @Optional()
  @Whole(0, 1_000_000)
  readonly topK?: number;

  @Optional()
  @Whole(1, mostTokens)
  readonly maxTokens?: number;

  @Optional()
  @TextList(100)
  readonly stop?: string[];

  @Optional()
  @Whole(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
  readonly seed?: number;

  @Optional()
  @Numeric(-2, 2)
  readonly frequencyPenalty?: number;

  @Optional()
  @Numeric(-2, 2)
  readonly presencePenalty?: number;

  /** `auto`, `none`, `required`, or the one tool to call. */
  @Optional()
  @Rule('must be auto, none, required, or an object with the name of a tool', isToolChoice)
  @Described([
    { type: 'string', enum: ['auto', 'none', 'required'] },
    { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
  ])
  readonly toolChoice?: ToolChoice;

  @Optional()
  @Flag()
  readonly parallelToolCalls?: boolean;

  @Optional()
  @NestedByType(formats)
  readonly responseFormat?: PlainFormatDto | JsonFormatDto | JsonSchemaFormatDto;

  @Optional()
  @Nested(() => ReasoningOptionsDto)
  readonly reasoning?: ReasoningOptionsDto;

  /** `true`, or how many alternatives to tell for each token. */
  @Optional()
  @Rule('must be true, false, or a whole number from 0 to 20', (value) => typeof value === 'boolean' || isCount(value))
  @Described([{ type: 'boolean' }, { type: 'integer' }])
  readonly logprobs?: boolean | number;

  @Optional()
  @TextRecord()
  readonly metadata?: Record<string, string>;

  /** A stable id of the end user, for the provider's abuse detection. */
  @Optional()
  @Text({ min: 1 })
  readonly endUser?: string;
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 20;
}
