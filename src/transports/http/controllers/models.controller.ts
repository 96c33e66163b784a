import { Get, Inject, Param, Res } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

import type { Caller } from '../../../contracts/caller.js';
import type { Model } from '../../../contracts/model.js';
import { UniversalProvider } from '../../../core/universal-provider.js';
import type { SessionAddressParts } from '../../requests/session.dto.js';
import { sessionAddressFrom } from '../../requests/session.dto.js';
import { CurrentCaller } from '../auth.guard.js';
import { goneAway } from '../gone-away.js';
import { NativeApi } from '../native-api.decorator.js';

const models = ['sessions/:id/models', 'sessions/:provider/:authType/:name/models'];

@NativeApi('models')
export class ModelsController {
  constructor(@Inject(UniversalProvider) private readonly provider: UniversalProvider) {}

  @Get(models)
  @ApiOperation({ summary: 'The models that a session can use' })
  async list(
    @CurrentCaller() caller: Caller,
    @Param() address: SessionAddressParts,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ readonly data: readonly Model[] }> {
    const signal = goneAway(reply.raw);
    return { data: await this.provider.for(caller).modelsOf(sessionAddressFrom(address), { signal }) };
  }

  /** The model takes the rest of the path: some are called `vendor/model`. */
  @Get(models.map((path) => `${path}/*`))
  @ApiOperation({ summary: 'What the provider tells of one model' })
  async one(
    @CurrentCaller() caller: Caller,
    @Param() { '*': model = '', ...address }: SessionAddressParts & { readonly '*'?: string },
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Model> {
    return this.provider.for(caller).modelOf(sessionAddressFrom(address), model, { signal: goneAway(reply.raw) });
  }
}
