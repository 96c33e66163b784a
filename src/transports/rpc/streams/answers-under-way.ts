import { Inject, Injectable } from '@nestjs/common';

import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import { onAbortOf } from '../../../core/chat/on-abort-of.js';
import { RunningAnswers } from '../../../core/chat/running-answers.js';
import { socketOf } from '../reader.js';
import type { RpcCall } from '../rpc-call.js';
import type { FrameWay } from './event-frames.js';
import { Reading } from './reading.js';
import { RunningStreams } from './running-streams.js';
import { socketRoom } from './socket-room.js';
import type { Room } from './stream-patience.js';
import { StreamPatience } from './stream-patience.js';
import { onUnsendable } from './unsendable.js';

/** An answer that began: known by its request's id, told to end by its reader, by a cancel, or by the gateway's stop. */
export interface AnswerUnderWay {
  /** What a chat is told. */
  readonly options: { readonly signal: AbortSignal; readonly retries?: number };
  readonly way: FrameWay;
  alsoCalled(streamId: string): void;
}

const boundless: Room = { events: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY };

@Injectable()
export class AnswersUnderWay {
  constructor(
    @Inject(RunningAnswers) private readonly running: RunningAnswers,
    @Inject(RunningStreams) private readonly streams: RunningStreams,
    @Inject(StreamPatience) private readonly patience: StreamPatience,
  ) {}

  /** @throws MaestroError `gateway.shutting-down` */
  begin({ owner, requestId, retries, isAcknowledging, gone }: RpcCall, context: object): AnswerUnderWay {
    const { heartbeatMs, silenceMs, patienceMs } = this.patience;
    const socket = socketOf(context);
    const reading = new Reading({ isAcknowledging, silenceMs, patienceMs, room: this.roomFor(isAcknowledging, socket !== undefined) });
    const answer = this.running.begin();
    const letGo = onAbortOf([reading.signal, gone], answer.leave);
    onUnsendable(context, answer.leave);
    const stream = {
      hear: (received?: number) => {
        reading.hear(received);
      },
      cancel: () => {
        answer.leave(new MaestroError('request.cancelled', {}));
      },
    };
    const names = [this.streams.add(owner, requestId, stream)];
    return {
      options: { signal: answer.signal, ...(retries !== undefined && { retries }) },
      alsoCalled: (streamId) => {
        names.push(this.streams.add(owner, streamId, stream));
      },
      way: {
        signal: answer.signal,
        ...(isAcknowledging && { heartbeatMs }),
        sent: (bytes) => {
          reading.sent(bytes);
        },
        room: () => bothRooms(reading.room(), socketRoom(socket, patienceMs)),
        end: () => {
          for (const forget of names) forget();
          reading.end();
          letGo();
          answer.end();
        },
      },
    };
  }

  /** A connection says itself when it is full. */
  private roomFor(isAcknowledging: boolean, hasSocket: boolean): Room {
    if (isAcknowledging) return this.patience.acknowledged;
    return hasSocket ? boundless : this.patience.unacknowledged;
  }
}

function bothRooms(one: Promise<void> | undefined, other: Promise<void> | undefined): Promise<void> | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Promise.all([one, other]).then(() => undefined);
}
