import { Inject } from '@nestjs/common';
import { Ctx } from '@nestjs/microservices';
import type { Observable } from 'rxjs';

import type { Caller } from '../../../contracts/caller.js';
import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import type { ChatAnswer } from '../../../contracts/stream-event.js';
import { UniversalProvider } from '../../../core/universal-provider.js';
import { ChatDto } from '../../requests/chat.dto.js';
import { CancelMessage } from '../../requests/messages.dto.js';
import { Pattern } from '../pattern.js';
import { Peers } from '../peers.js';
import type { RpcCall } from '../rpc-call.js';
import { RpcApi } from '../rpc-api.decorator.js';
import { CurrentCall, CurrentCaller, Data } from '../rpc.guard.js';
import { AnswersUnderWay } from '../streams/answers-under-way.js';
import type { EventFrame, Heartbeat } from '../streams/event-frames.js';
import { eventFrames } from '../streams/event-frames.js';
import { RunningStreams } from '../streams/running-streams.js';

/** What became of a wish to end an answer: it was under way here, or the other gateways at the broker were told. */
export interface Cancellation {
  readonly streamId: string;
  readonly outcome: 'cancelled' | 'passed-on';
}

@RpcApi()
export class ChatPatterns {
  constructor(
    @Inject(UniversalProvider) private readonly provider: UniversalProvider,
    @Inject(AnswersUnderWay) private readonly answers: AnswersUnderWay,
    @Inject(RunningStreams) private readonly streams: RunningStreams,
    @Inject(Peers) private readonly peers: Peers,
  ) {}

  /** Which pattern was asked for decides whether the answer streams; `stream` does not. */
  @Pattern('chat.stream')
  stream(
    @CurrentCaller() caller: Caller,
    @CurrentCall() call: RpcCall,
    @Data(ChatDto) { provider, session, messages, stream: _stream, ...rest }: ChatDto,
    @Ctx() context: object,
  ): Observable<EventFrame | Heartbeat> {
    const answer = this.answers.begin(call, context);
    return eventFrames(async () => {
      const options = { ...rest, ...answer.options };
      const events = await this.provider.for(caller).streamChat(provider, session, messages, options);
      answer.alsoCalled(events.streamId);
      return events;
    }, answer.way);
  }

  @Pattern('chat.complete')
  async complete(
    @CurrentCaller() caller: Caller,
    @CurrentCall() call: RpcCall,
    @Data(ChatDto) { provider, session, messages, stream: _stream, ...rest }: ChatDto,
    @Ctx() context: object,
  ): Promise<ChatAnswer> {
    const answer = this.answers.begin({ ...call, isAcknowledging: false }, context);
    try {
      return await this.provider.for(caller).completeChat(provider, session, messages, { ...rest, ...answer.options });
    } finally {
      answer.way.end();
    }
  }

  @Pattern('chat.cancel')
  cancel(@CurrentCall() { owner }: RpcCall, @Data(CancelMessage) { streamId }: CancelMessage): Cancellation {
    const stream = this.streams.find(owner, streamId);
    if (stream !== undefined) {
      stream.cancel();
      return { streamId, outcome: 'cancelled' };
    }
    if (!this.peers.tell({ owner, streamId, cancel: true })) throw new MaestroError('stream.not-found', { streamId });
    return { streamId, outcome: 'passed-on' };
  }
}
