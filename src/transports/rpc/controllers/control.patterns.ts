import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';

import { controlFrom, controlPattern } from '../control.js';
import { RunningStreams } from '../streams/running-streams.js';

/**
 * What readers say of the answers they read. No guard of its own: a stream is found by the key that it was begun with, so that an
 * acknowledgement takes no look into the database and counts against no limit. What finds nothing is for another gateway.
 */
@Controller()
export class ControlPatterns {
  constructor(@Inject(RunningStreams) private readonly streams: RunningStreams) {}

  @EventPattern(controlPattern)
  control(@Payload() payload: unknown): void {
    const control = controlFrom(payload);
    if (control === undefined) return;
    const stream = this.streams.find(control.owner, control.streamId);
    if (control.cancel === true) stream?.cancel();
    else stream?.hear(control.received);
  }
}
