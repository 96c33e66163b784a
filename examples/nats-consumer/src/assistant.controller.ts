import { Controller } from '@nestjs/common';
import { MessagePattern, Payload, RpcException } from '@nestjs/microservices';
import { MaestroClient, MaestroError } from 'maestro-llm';

import { settingOf } from './settings.js';

/** Takes questions from NATS, and answers them through the gateway. */
@Controller()
export class AssistantController {
  constructor(private readonly maestro: MaestroClient) {}

  @MessagePattern('assistant.ask')
  async ask(@Payload() { question }: { readonly question: string }): Promise<{ readonly answer: string }> {
    try {
      // An iteration that is left, or a signal that is aborted, ends the answer at the provider.
      const events = this.maestro.streamChat(
        {
          provider: settingOf('LLM_PROVIDER'),
          session: settingOf('LLM_SESSION'),
          model: settingOf('LLM_MODEL'),
          messages: [{ role: 'user', content: question }],
        },
        { signal: AbortSignal.timeout(60_000) },
      );
      let answer = '';
      for await (const event of events) if (event.type === 'text-delta') answer += event.text;
      return { answer };
    } catch (error) {
      // The gateway's errors come back as they are: a code to decide by, and words for people.
      if (MaestroError.is(error)) throw new RpcException({ code: error.code, message: error.message });
      throw error;
    }
  }
}
