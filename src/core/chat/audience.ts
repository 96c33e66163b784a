import { isContent, isMilestone } from '../../contracts/milestones.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import type { StreamObserver, StreamOutcome } from './stream-observer.port.js';

/** Who is told of one answer. One observer's fault is no other's, and not the reader's. */
export class Audience {
  /** Whether somebody sees every event, and not the milestones alone. */
  readonly seesAll: boolean;
  private readonly listening: readonly StreamObserver[];
  private readonly marking: readonly StreamObserver[];
  private hasBegun = false;

  constructor(
    readonly observers: readonly StreamObserver[],
    private readonly onFault: (error: unknown) => void,
  ) {
    this.listening = observers.filter((observer) => 'event' in observer);
    this.marking = observers.filter((observer) => 'milestone' in observer);
    this.seesAll = this.listening.length > 0;
  }

  tell(event: StreamEvent): void {
    for (const observer of this.listening) this.notify(() => observer.event?.(event));
    if (this.marking.length === 0 || !this.marks(event)) return;
    for (const observer of this.marking) this.notify(() => observer.milestone?.(event));
  }

  end(outcome: StreamOutcome): void {
    for (const observer of this.observers) this.notify(() => observer.end?.(outcome));
  }

  private marks(event: StreamEvent): boolean {
    if (isMilestone(event)) return true;
    if (this.hasBegun || !isContent(event)) return false;
    this.hasBegun = true;
    return true;
  }

  private notify(notice: () => void): void {
    try {
      notice();
    } catch (error) {
      this.onFault(error);
    }
  }
}
