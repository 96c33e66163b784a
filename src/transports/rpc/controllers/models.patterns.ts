import { Inject } from '@nestjs/common';

import type { Caller } from '../../../contracts/caller.js';
import type { Model } from '../../../contracts/model.js';
import { UniversalProvider } from '../../../core/universal-provider.js';
import { ModelMessage, sessionInMessage, SessionMessage } from '../../requests/messages.dto.js';
import { Pattern } from '../pattern.js';
import { Gone } from '../request-course.js';
import { RpcApi } from '../rpc-api.decorator.js';
import { CurrentCaller, Data } from '../rpc.guard.js';

@RpcApi()
export class ModelsPatterns {
  constructor(@Inject(UniversalProvider) private readonly provider: UniversalProvider) {}

  @Pattern('models.list')
  async list(
    @CurrentCaller() caller: Caller,
    @Data(SessionMessage) { session }: InstanceType<typeof SessionMessage>,
    @Gone() signal: AbortSignal,
  ): Promise<{ readonly data: readonly Model[] }> {
    return { data: await this.provider.for(caller).modelsOf(sessionInMessage(session), { signal }) };
  }

  @Pattern('models.get')
  get(
    @CurrentCaller() caller: Caller,
    @Data(ModelMessage) { session, model }: InstanceType<typeof ModelMessage>,
    @Gone() signal: AbortSignal,
  ): Promise<Model> {
    return this.provider.for(caller).modelOf(sessionInMessage(session), model, { signal });
  }
}
