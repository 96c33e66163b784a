import { Inject, Injectable } from '@nestjs/common';

import { UsageMeter } from '../usage/usage-meter.js';
import type { ObservedChat, StreamObserver, StreamObserverFactory } from './stream-observer.port.js';
import { streamObservers } from './stream-observer.port.js';

/** Who is told of an answer: those that the application named, and the meter always. */
@Injectable()
export class Observers {
  constructor(
    @Inject(UsageMeter) private readonly usage: UsageMeter,
    @Inject(streamObservers) private readonly factories: readonly StreamObserverFactory[],
  ) {}

  of(chat: ObservedChat): readonly StreamObserver[] {
    return [this.usage.observerOf(chat), ...this.factories.flatMap((observerFor) => observerFor(chat) ?? [])];
  }
}
