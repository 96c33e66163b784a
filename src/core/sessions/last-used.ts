import type { OnModuleDestroy } from '@nestjs/common';
import { Inject, Injectable, Logger } from '@nestjs/common';

import { Clock } from '../../contracts/clock.js';
import type { SessionId } from '../../contracts/session.js';
import { SessionStore } from './session-store.port.js';

/** Milliseconds: a session's last use is known to the minute. */
const coarseness = 60_000;
/** Milliseconds that notes are gathered for, so that many sessions make one statement. */
const gathering = 1_000;

/** Notes when sessions last served, off the path of the call that used them. */
@Injectable()
export class LastUsed implements OnModuleDestroy {
  private readonly logger = new Logger('Sessions');
  private readonly noted = new Map<SessionId, number>();
  private readonly waiting = new Set<SessionId>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(SessionStore) private readonly store: SessionStore,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  note(id: SessionId): void {
    const now = this.clock.monotonic();
    const last = this.noted.get(id);
    if (last !== undefined && now - last < coarseness) return;
    this.noted.set(id, now);
    this.waiting.add(id);
    this.timer ??= setTimeout(() => void this.flush(), gathering).unref();
  }

  /** Writes what waits. Never fails: a note that is lost does no harm. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const ids = [...this.waiting];
    this.waiting.clear();
    this.forgetOld();
    if (ids.length === 0) return;
    try {
      await this.store.touch(ids, this.clock.now());
    } catch (error) {
      this.logger.warn({ text: 'the last use of sessions could not be noted', error });
    }
  }

  onModuleDestroy(): Promise<void> {
    return this.flush();
  }

  private forgetOld(): void {
    const now = this.clock.monotonic();
    for (const [id, at] of this.noted) if (now - at >= coarseness) this.noted.delete(id);
  }
}
