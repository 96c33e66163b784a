import { Body, HttpCode, Inject, Logger, Post, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExtraModels, ApiHeader, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Caller } from '../../../contracts/caller.js';
import { problemFromError } from '../../../contracts/errors/problem.js';
import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import { RunningAnswers } from '../../../core/chat/running-answers.js';
import { UniversalProvider } from '../../../core/universal-provider.js';
import { ChatDto } from '../../requests/chat.dto.js';
import { formats } from '../../requests/chat-options.dto.js';
import { partTypes } from '../../requests/part.dto.js';
import { sizeLimits } from '../../requests/size-limits.js';
import { CurrentCaller } from '../auth.guard.js';
import { sendEventStream } from '../event-stream.js';
import { watchReader } from '../gone-away.js';
import { NativeApi } from '../native-api.decorator.js';
import { noteFailure } from '../problem.filter.js';
import { overheadMeter } from '../overhead.js';
import { notesOf } from '../request-notes.js';
import { parsedAs } from '../request.pipe.js';
import { retriesFrom } from '../retries-header.js';
import { tellUntranslated } from '../untranslated.js';

@NativeApi('chat')
@ApiExtraModels(...Object.values(partTypes), ...Object.values(formats))
export class ChatController {
  private readonly logger = new Logger('Http');

  constructor(
    @Inject(UniversalProvider) private readonly provider: UniversalProvider,
    @Inject(RunningAnswers) private readonly running: RunningAnswers,
  ) {}

  @Post('chat')
  @HttpCode(200)
  @RouteConfig({ bodyLimit: sizeLimits.chat })
  @ApiOperation({ summary: 'Chat through a session: server-sent events, or one answer' })
  @ApiHeader({
    name: 'x-maestro-retries',
    required: false,
    description: 'How often a provider that cannot serve is asked again before the first event; default 2',
    schema: { type: 'integer', minimum: 0, maximum: 2 },
  })
  @ApiOkResponse({
    description: 'One event in each data line, ended by message-end or by an error event',
    headers: {
      'x-maestro-overhead-ms': {
        required: false,
        description: "Milliseconds of the gateway's own, up to the first byte: without the waiting for the body and for the provider",
        schema: { type: 'number' },
      },
      'x-maestro-untranslated': {
        required: false,
        description: 'What the request said and the provider has no words for, by name; absent where there is nothing',
        schema: { type: 'string', example: 'options.seed, tool-result.isError' },
      },
    },
    content: { 'text/event-stream': {}, 'application/json': {} },
  })
  async chat(
    @CurrentCaller() caller: Caller,
    @Body(parsedAs(ChatDto)) { provider, session, messages, stream = true, ...rest }: ChatDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const answer = watchReader(reply.raw, this.running.begin());
    const { overhead = overheadMeter() } = notesOf(request);
    overhead.bodyRead();
    try {
      const timing = { onAsk: overhead.asked, onAnswer: overhead.answered };
      const options = { ...rest, ...retriesFrom(request.headers), ...timing, signal: answer.signal };
      if (!stream) {
        const whole = await this.provider.for(caller).completeChat(provider, session, messages, options);
        overhead.answered();
        tellUntranslated(reply.raw, whole.untranslated ?? []);
        overhead.tell(reply.raw);
        await reply.send(whole);
        return;
      }
      // Until here a failure is an answer of its own; from the first event on it is an error frame.
      const events = await this.provider.for(caller).streamChat(provider, session, messages, options);
      tellUntranslated(reply.raw, events.untranslated);
      overhead.tell(reply.raw);
      reply.hijack();
      await sendEventStream(reply.raw, events, { problemFrom: (failure) => this.problemFrom(failure, request) });
    } finally {
      answer.end();
    }
  }

  private problemFrom(failure: unknown, request: FastifyRequest): ReturnType<typeof problemFromError> {
    const error = MaestroError.from(failure);
    noteFailure(request, error, this.logger);
    return problemFromError(error, request.id);
  }
}
