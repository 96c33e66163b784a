import { Inject, Injectable, Logger } from '@nestjs/common';

import { UsageMeter } from '../usage/usage-meter.js';
import { Audience } from './audience.js';
import type { ObservedChat, StreamObserver, StreamObserverFactory } from './stream-observer.port.js';
import { streamObservers } from './stream-observer.port.js';

/** Who is told of an answer: those that the application named, and the meter always. */
@Injectable()
export class Observers {
  private readonly logger = new Logger('Chat');
  private readonly onFault = (error: unknown): void => {
    this.logger.error({ text: 'an observer of an answer failed', error });
  };

  constructor(
    @Inject(UsageMeter) private readonly usage: UsageMeter,
    @Inject(streamObservers) private readonly factories: readonly StreamObserverFactory[],
  ) {}

  /** @param besides one more, who comes last */
  of(chat: ObservedChat, besides?: StreamObserver): Audience {
    const observers: StreamObserver[] = [this.usage.observerOf(chat)];
    for (const observerFor of this.factories) {
      const observer = observerFor(chat);
      if (observer !== undefined) observers.push(observer);
    }
    if (besides !== undefined) observers.push(besides);
    return new Audience(observers, this.onFault);
  }
}
