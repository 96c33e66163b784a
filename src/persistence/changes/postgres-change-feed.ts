import { randomUUID } from 'node:crypto';

import { Logger } from '@nestjs/common';
import type { Notification } from 'pg';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';

import type { Change, ChangeFeed, ChangeListener } from '../../core/changes/change-feed.port.js';
import { poolOf } from '../statements.js';
import { changeFromPayload } from './change-payload.js';
import type { LocalChanges } from './local-changes.js';

/** What the triggers notify on; the migration has the same word. */
const channel = 'maestro_changes';
/** Milliseconds between two proofs that nothing was missed. */
const echoEveryMs = 400;
/** Milliseconds that an echo may take before the connection is taken for dead. */
const echoPatienceMs = 2_000;
/** Milliseconds without a question after which the feed rests. */
const restsAfterMs = 10_000;
/** Milliseconds before a connection is tried again. */
const retryMs = 1_000;

/**
 * Changes as PostgreSQL's LISTEN tells them. Notifications come in the order of the commits: when our own echo has come back,
 * so has all that was committed before it was sent. It listens while somebody asks and rests otherwise; behind a pooler that does
 * not let through what it listens for, no echo comes and nothing is ever sure.
 */
export class PostgresChangeFeed implements ChangeFeed, LocalChanges {
  private readonly logger = new Logger('Changes');
  private readonly listeners: ChangeListener[] = [];
  /** Of ours alone: other replicas are not woken by it. */
  private readonly echoChannel = `maestro_echo_${randomUUID().replaceAll('-', '')}`;
  private client: Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private sure = -Infinity;
  private askedAt = -Infinity;
  /** When the echo that is under way was sent. */
  private echoSentAt: number | undefined;
  private isClosed = false;

  constructor(private readonly dataSource: DataSource) {}

  onChange(listener: ChangeListener): void {
    this.listeners.push(listener);
  }

  announce(change: Change): void {
    for (const listener of this.listeners) listener(change);
  }

  sureAt(): number {
    this.askedAt = performance.now();
    if (this.timer === undefined && !this.isClosed) this.wake();
    return this.sure;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.drop();
  }

  private wake(): void {
    this.again(0);
  }

  private again(ms: number): void {
    this.timer = setTimeout(() => void this.beat(), ms).unref();
  }

  private async beat(): Promise<void> {
    if (this.isClosed) return;
    if (performance.now() - this.askedAt > restsAfterMs) {
      await this.drop();
      this.timer = undefined;
      return;
    }
    try {
      this.client ??= await this.connected();
      await this.echo(this.client);
      this.again(echoEveryMs);
    } catch (error) {
      this.logger.debug({ text: 'changes are not heard of; what is read is trusted for a second', error });
      await this.drop();
      this.again(retryMs);
    }
  }

  private async connected(): Promise<Client> {
    const { options } = poolOf(this.dataSource);
    // The pool hides these two from whoever copies its options.
    const { password, ssl } = options;
    const hidden = { ...(password !== undefined && { password }), ...(ssl !== undefined && { ssl }) };
    const client = new Client({ ...options, ...hidden, application_name: 'maestro changes', query_timeout: echoPatienceMs });
    try {
      client.on('error', () => {
        if (this.client === client) this.lose();
      });
      client.on('end', () => {
        if (this.client === client) this.lose();
      });
      client.on('notification', (notification) => {
        this.heard(notification);
      });
      await client.connect();
      // An echo is worth no disk write.
      await client.query('set synchronous_commit = off');
      await client.query(`listen ${channel}`);
      await client.query(`listen ${this.echoChannel}`);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    // What changed before somebody listened was not told.
    this.tell(undefined);
    return client;
  }

  private async echo(client: Client): Promise<void> {
    if (this.echoSentAt !== undefined) throw new Error('the last echo has not come back');
    this.echoSentAt = performance.now();
    await client.query(`notify ${this.echoChannel}`);
  }

  private heard({ channel: on, payload }: Notification): void {
    if (on === this.echoChannel) {
      this.sure = this.echoSentAt ?? this.sure;
      this.echoSentAt = undefined;
      return;
    }
    this.tell(changeFromPayload(payload));
  }

  private tell(change: Change | undefined): void {
    for (const listener of this.listeners) listener(change);
  }

  private lose(): void {
    this.client = undefined;
    this.echoSentAt = undefined;
  }

  private async drop(): Promise<void> {
    const { client } = this;
    this.lose();
    await client?.end().catch(() => undefined);
  }
}
