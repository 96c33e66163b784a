import type { AuthType } from '../../contracts/auth-type.js';
import type { UsageGroup, UsageLatency, UsageReport, UsageTokens } from '../../contracts/usage.js';
import { usageDimensions } from '../../contracts/usage.js';

export class UsageTokensDto implements UsageTokens {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly reasoning: number;
  readonly toolUsePrompt: number;

  constructor({ input, output, cacheRead, cacheWrite, reasoning, toolUsePrompt }: UsageTokens) {
    Object.assign(this, { input, output, cacheRead, cacheWrite, reasoning, toolUsePrompt });
  }
}

/** Milliseconds. */
export class UsageLatencyDto implements UsageLatency {
  readonly meanMs: number;
  readonly slowestMs: number;
  /** Until the first piece of content. */
  readonly meanFirstMs?: number;

  constructor({ meanMs, slowestMs, meanFirstMs }: UsageLatency) {
    this.meanMs = Math.round(meanMs);
    this.slowestMs = Math.round(slowestMs);
    if (meanFirstMs !== undefined) this.meanFirstMs = Math.round(meanFirstMs);
  }
}

export class UsageCallerDto {
  readonly id: string;
  readonly name: string;
}

export class UsageSessionDto {
  readonly id: string;
  readonly provider: string;
  readonly authType: AuthType;
  readonly name: string;
}

/** Requests that are alike in what was asked to be told apart. */
export class UsageGroupDto implements UsageGroup {
  readonly day?: string;
  readonly hour?: string;
  readonly caller?: UsageCallerDto;
  readonly session?: UsageSessionDto;
  readonly provider?: string;
  readonly model?: string;
  readonly operation?: string;
  readonly outcome?: string;
  readonly requests: number;
  readonly left: number;
  /** By code. */
  readonly errors: Record<string, number>;
  readonly tokens: UsageTokensDto;
  readonly latency: UsageLatencyDto;

  constructor({ requests, left, errors, tokens, latency, ...told }: UsageGroup) {
    for (const dimension of usageDimensions) if (told[dimension] !== undefined) Object.assign(this, { [dimension]: told[dimension] });
    this.requests = requests;
    this.left = left;
    this.errors = { ...errors };
    this.tokens = new UsageTokensDto(tokens);
    this.latency = new UsageLatencyDto(latency);
  }
}

/** RFC 3339; the hours that were looked at. */
export class UsageReportDto {
  readonly from: string;
  readonly to: string;
  readonly data: UsageGroupDto[];
  /** Absent on the last page. */
  readonly nextCursor?: string;

  constructor({ from, to, data, nextCursor }: UsageReport) {
    this.from = from.toISOString();
    this.to = to.toISOString();
    this.data = data.map((group) => new UsageGroupDto(group));
    if (nextCursor !== undefined) this.nextCursor = nextCursor;
  }
}
