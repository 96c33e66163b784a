import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What one caller used of one model through one session within an hour. Tied to neither: both may go. */
@Entity('usage_hours')
@Index('usage_hours_key_index', ['hour', 'callerId', 'sessionId', 'model', 'operation', 'outcome'], { unique: true })
export class UsageHourRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'usage_hours_pkey' })
  id: string;

  @Column({ type: 'timestamptz' })
  hour: Date;

  @Column({ name: 'caller_id', type: 'text' })
  callerId: string;

  @Column({ name: 'caller_name', type: 'text' })
  callerName: string;

  @Column({ name: 'session_id', type: 'uuid' })
  sessionId: string;

  @Column({ name: 'session_name', type: 'text' })
  sessionName: string;

  @Column({ type: 'text' })
  provider: string;

  @Column({ name: 'auth_type', type: 'text' })
  authType: string;

  @Column({ type: 'text' })
  model: string;

  @Column({ type: 'text' })
  operation: string;

  @Column({ type: 'text' })
  outcome: string;

  @Column({ type: 'bigint' })
  requests: string;

  @Column({ name: 'input_tokens', type: 'bigint' })
  inputTokens: string;

  @Column({ name: 'output_tokens', type: 'bigint' })
  outputTokens: string;

  @Column({ name: 'cache_read_tokens', type: 'bigint' })
  cacheReadTokens: string;

  @Column({ name: 'cache_write_tokens', type: 'bigint' })
  cacheWriteTokens: string;

  @Column({ name: 'reasoning_tokens', type: 'bigint' })
  reasoningTokens: string;

  @Column({ name: 'tool_use_prompt_tokens', type: 'bigint' })
  toolUsePromptTokens: string;

  /** Milliseconds, of all requests together. */
  @Column({ name: 'latency_ms', type: 'double precision' })
  latencyMs: number;

  @Column({ name: 'slowest_ms', type: 'double precision' })
  slowestMs: number;

  /** Milliseconds until the first piece of content, of `firsts` requests together. */
  @Column({ name: 'first_ms', type: 'double precision' })
  firstMs: number;

  @Column({ type: 'bigint' })
  firsts: string;
}

/** Which batches of counts were written: one whose answer was lost is not counted twice. */
@Entity('usage_batches')
@Index('usage_batches_written_at_index', ['writtenAt'])
export class UsageBatchRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'usage_batches_pkey' })
  id: string;

  @Column({ name: 'written_at', type: 'timestamptz' })
  writtenAt: Date;
}
