import { Optional, Text, TextLike } from './fields.js';

/** The query of a list; everything in it is text. */
export class PageQueryDto {
  /** 1 to 200. */
  @Optional()
  @TextLike(/^([1-9]\d?|1\d\d|200)$/, 'must be a whole number from 1 to 200')
  readonly limit?: string;

  /** `nextCursor` of the page before. */
  @Optional()
  @Text({ min: 1 })
  readonly cursor?: string;
}
