import type { UsageQuery } from '../../contracts/usage.js';
import { Optional, Text, Time } from './fields.js';
import { PageQueryDto } from './page.dto.js';
import { pageFrom } from './page.js';

/** The query of the usage; everything in it is text. */
export class ListUsageDto extends PageQueryDto {
  /** RFC 3339; default: 30 days before `to`. */
  @Optional()
  @Time()
  readonly from?: string;

  /** RFC 3339; default: now. */
  @Optional()
  @Time()
  readonly to?: string;

  /** `day`, `hour`, `caller`, `session`, `provider`, `model`, `operation`, `outcome`, separated by commas; or `total`. */
  @Optional()
  @Text({ min: 1, max: 100 })
  readonly groupBy?: string;

  /** An id or a name. */
  @Optional()
  @Text({ min: 1 })
  readonly caller?: string;

  /** An id or a name. */
  @Optional()
  @Text({ min: 1 })
  readonly session?: string;

  @Optional()
  @Text({ min: 1 })
  readonly provider?: string;

  @Optional()
  @Text()
  readonly model?: string;
}

export function usageQueryFrom({ from, to, groupBy, ...narrowed }: ListUsageDto): UsageQuery {
  return {
    ...pageFrom(narrowed),
    ...(from !== undefined && { from: new Date(from) }),
    ...(to !== undefined && { to: new Date(to) }),
    ...(groupBy !== undefined && { by: groupBy.split(',') }),
  };
}
