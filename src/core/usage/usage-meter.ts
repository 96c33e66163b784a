import { randomUUID } from 'node:crypto';

import { Inject, Injectable, Logger } from '@nestjs/common';

import { Clock } from '../../contracts/clock.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { isContent } from '../../contracts/milestones.js';
import type { Usage } from '../../contracts/stream-event.js';
import type { ObservedChat, StreamObserver, StreamOutcome } from '../chat/stream-observer.port.js';
import type { UsageBatch } from './usage-store.port.js';
import { UsageStore } from './usage-store.port.js';
import { UsageTally } from './usage-tally.js';

/** Milliseconds that counts are gathered for; who kills the process loses no more than these. */
const gathering = 2_000;

/** Kinds of request that are written before their time, and at most at once. */
const enough = 500;

/** Counts every answer when it is over, and writes what it counted now and then, off the path of the requests. */
@Injectable()
export class UsageMeter {
  private readonly logger = new Logger('Usage');
  private readonly tally = new UsageTally();
  /** Written or not, nobody knows: these go first, as they are. */
  private pending: readonly UsageBatch[] = [];
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> | undefined;

  constructor(
    @Inject(UsageStore) private readonly store: UsageStore,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  observerOf(chat: ObservedChat): StreamObserver {
    const begun = this.clock.monotonic();
    let firstMs: number | undefined;
    let tokens: Usage = {};
    return {
      milestone: (event) => {
        if (firstMs === undefined && isContent(event)) firstMs = this.clock.monotonic() - begun;
        if (event.type === 'usage') tokens = { ...tokens, ...event };
        if (event.type === 'message-end') tokens = { ...tokens, ...event.usage };
      },
      end: (outcome) => {
        const name = nameOf(outcome);
        if (name === neverAsked) return;
        const { operation, caller, session, model } = chat;
        this.tally.add({
          ...{ callerId: caller.id, callerName: caller.name, operation, model, tokens },
          ...{ sessionId: session.id, sessionName: session.name, provider: session.provider, authType: session.authType },
          at: this.clock.now(),
          outcome: name,
          latencyMs: this.clock.monotonic() - begun,
          ...(firstMs !== undefined && { firstMs }),
        });
        if (this.tally.size >= enough && this.pending.length === 0) void this.flush();
        else this.timer ??= setTimeout(() => void this.flush(), gathering).unref();
      },
    };
  }

  /** Writes what was counted. Never fails: what could not be written is kept for the next time. */
  flush(): Promise<void> {
    this.writing ??= this.write().finally(() => {
      this.writing = undefined;
    });
    return this.writing;
  }

  /** Everything that was counted is written, or told to be lost. Nothing may be counted any more. */
  async close(): Promise<void> {
    await this.flush();
    if (this.isEmpty()) return;
    await this.flush();
    clearTimeout(this.timer);
    const waiting = [...this.pending.flatMap(({ entries }) => entries), ...this.tally.take()];
    if (waiting.length === 0) return;
    const requests = waiting.reduce((sum, entry) => sum + entry.requests, 0);
    this.logger.error({ text: 'usage could not be written and is lost', requests });
  }

  private async write(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const lost = this.tally.takeLost();
    if (lost > 0) this.logger.error({ text: 'usage of requests was not counted: too much waits to be written', requests: lost });
    try {
      while (!this.isEmpty()) {
        if (this.pending.length === 0) this.pending = batchesOf(this.tally);
        for (const batch of this.pending) {
          await this.store.add(batch);
          this.pending = this.pending.slice(1);
        }
      }
    } catch (error) {
      this.logger.warn({ text: 'usage could not be written; it is kept and tried again', error });
      this.timer ??= setTimeout(() => void this.flush(), gathering).unref();
    }
  }

  private isEmpty(): boolean {
    return this.pending.length === 0 && this.tally.size === 0;
  }
}

function batchesOf(tally: UsageTally): readonly UsageBatch[] {
  const entries = tally.take();
  const count = Math.ceil(entries.length / enough);
  return Array.from({ length: count }, (_, index) => ({ id: randomUUID(), entries: entries.slice(index * enough, (index + 1) * enough) }));
}

/** No provider saw such a request; where words of ours can go instead of the client's, they are counted. */
const neverAsked = 'operation.unsupported';

function nameOf(outcome: StreamOutcome): string {
  if (outcome.kind !== 'failed') return outcome.kind;
  const { code } = MaestroError.from(outcome.error);
  return code === 'request.cancelled' ? 'left' : code;
}
