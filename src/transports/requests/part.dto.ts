import type { JsonObject, ProviderOptions } from '../../contracts/chat.js';
import { ExactlyOne, Flag, Json, JsonByProvider, LongText, OneOf, Optional, Text, TextOrListOf } from './fields.js';

export class TextPartDto {
  @OneOf(['text'])
  readonly type: 'text';

  @LongText()
  readonly text: string;

  @Optional()
  @JsonByProvider()
  readonly providerOptions?: ProviderOptions;
}

export class ImagePartDto {
  @OneOf(['image'])
  @ExactlyOne(['url', 'data'])
  readonly type: 'image';

  @Optional()
  @LongText()
  readonly url?: string;

  /** Base64. */
  @Optional()
  @LongText()
  readonly data?: string;

  @Optional()
  @Text({ min: 1 })
  readonly mediaType?: string;

  @Optional()
  @JsonByProvider()
  readonly providerOptions?: ProviderOptions;
}

export class FilePartDto {
  @OneOf(['file'])
  @ExactlyOne(['url', 'data', 'fileId'])
  readonly type: 'file';

  @Optional()
  @LongText()
  readonly url?: string;

  /** Base64. */
  @Optional()
  @LongText()
  readonly data?: string;

  /** An id that the provider gave. */
  @Optional()
  @Text({ min: 1 })
  readonly fileId?: string;

  @Optional()
  @Text({ min: 1 })
  readonly mediaType?: string;

  @Optional()
  @Text({ min: 1 })
  readonly filename?: string;

  @Optional()
  @JsonByProvider()
  readonly providerOptions?: ProviderOptions;
}

export class ReasoningPartDto {
  @OneOf(['reasoning'])
  readonly type: 'reasoning';

  @Optional()
  @LongText()
  readonly text?: string;

  @Optional()
  @LongText()
  readonly signature?: string;

  @Optional()
  @LongText()
  readonly encrypted?: string;

  @Optional()
  @Text({ min: 1 })
  readonly id?: string;

  @Optional()
  @JsonByProvider()
  readonly providerOptions?: ProviderOptions;
}

export class ToolCallPartDto {
  @OneOf(['tool-call'])
  readonly type: 'tool-call';

  @Text({ min: 1 })
  readonly callId: string;

  @Text({ min: 1 })
  readonly name: string;

  @Json()
  readonly arguments: JsonObject;

  @Optional()
  @Json()
  readonly providerData?: JsonObject;

  @Optional()
  @JsonByProvider()
  readonly providerOptions?: ProviderOptions;
}

const resultParts = { text: TextPartDto, image: ImagePartDto, file: FilePartDto };

export class ToolResultPartDto {
  @OneOf(['tool-result'])
  readonly type: 'tool-result';

  @Text({ min: 1 })
  readonly callId: string;

  @Optional()
  @Text({ min: 1 })
  readonly name?: string;

  @TextOrListOf(resultParts, 'parts (text, image, file)')
  readonly result: string | (TextPartDto | ImagePartDto | FilePartDto)[];

  @Optional()
  @Flag()
  readonly isError?: boolean;

  @Optional()
  @JsonByProvider()
  readonly providerOptions?: ProviderOptions;
}

export class ProviderPartDto {
  @OneOf(['provider-part'])
  readonly type: 'provider-part';

  /** The provider that it came from. */
  @Text({ min: 1 })
  readonly provider: string;

  /** In the provider's own words. */
  @Json()
  readonly data: JsonObject;
}

export type PartDto = TextPartDto | ImagePartDto | FilePartDto | ReasoningPartDto | ToolCallPartDto | ToolResultPartDto | ProviderPartDto;

export const partTypes = {
  ...resultParts,
  reasoning: ReasoningPartDto,
  'tool-call': ToolCallPartDto,
  'tool-result': ToolResultPartDto,
  'provider-part': ProviderPartDto,
};
