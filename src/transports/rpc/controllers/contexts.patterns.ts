import { Inject } from '@nestjs/common';

import type { Caller } from '../../../contracts/caller.js';
import { Contexts } from '../../../core/contexts/contexts.js';
import { ChunkListDto, ContextListDto, DeletedChunksDto } from '../../requests/context.dto.js';
import { DeleteChunkMessage, ListChunksMessage, ListContextsMessage, sessionInMessage } from '../../requests/messages.dto.js';
import { pageFrom } from '../../requests/page.js';
import { Pattern } from '../pattern.js';
import { RpcApi } from '../rpc-api.decorator.js';
import { CurrentCaller, Data, Query } from '../rpc.guard.js';

@RpcApi()
export class ContextsPatterns {
  constructor(@Inject(Contexts) private readonly contexts: Contexts) {}

  @Pattern('contexts.list')
  async list(
    @CurrentCaller() caller: Caller,
    @Query(ListContextsMessage) { session, ...query }: InstanceType<typeof ListContextsMessage>,
  ): Promise<ContextListDto> {
    return new ContextListDto(await this.contexts.for(caller).list(sessionInMessage(session), pageFrom(query)));
  }

  @Pattern('contexts.chunks')
  async chunks(
    @CurrentCaller() caller: Caller,
    @Query(ListChunksMessage) { session, contextId, ...query }: InstanceType<typeof ListChunksMessage>,
  ): Promise<ChunkListDto> {
    return new ChunkListDto(await this.contexts.for(caller).chunks(sessionInMessage(session), contextId, pageFrom(query)));
  }

  @Pattern('contexts.deleteChunk')
  async deleteChunk(
    @CurrentCaller() caller: Caller,
    @Data(DeleteChunkMessage) { session, contextId, chunkId }: InstanceType<typeof DeleteChunkMessage>,
  ): Promise<DeletedChunksDto> {
    return new DeletedChunksDto(await this.contexts.for(caller).deleteChunk(sessionInMessage(session), contextId, chunkId));
  }
}
