import { Delete, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';

import type { Caller } from '../../../contracts/caller.js';
import { Contexts } from '../../../core/contexts/contexts.js';
import { ChunkListDto, ContextListDto, DeletedChunksDto } from '../../requests/context.dto.js';
import { PageQueryDto } from '../../requests/page.dto.js';
import { pageFrom } from '../../requests/page.js';
import type { SessionAddressParts } from '../../requests/session.dto.js';
import { sessionAddressFrom } from '../../requests/session.dto.js';
import { CurrentCaller } from '../auth.guard.js';
import { NativeApi } from '../native-api.decorator.js';
import { parsedAs } from '../request.pipe.js';

const contexts = ['sessions/:id/contexts', 'sessions/:provider/:authType/:name/contexts'];
const chunks = contexts.map((path) => `${path}/:contextId/chunks`);

type ContextPath = SessionAddressParts & { readonly contextId: string };

@NativeApi('contexts')
export class ContextsController {
  constructor(@Inject(Contexts) private readonly contexts: Contexts) {}

  @Get(contexts)
  @ApiOperation({ summary: 'The conversations of a session' })
  async list(
    @CurrentCaller() caller: Caller,
    @Param() address: SessionAddressParts,
    @Query(parsedAs(PageQueryDto)) query: PageQueryDto,
  ): Promise<ContextListDto> {
    return new ContextListDto(await this.contexts.for(caller).list(sessionAddressFrom(address), pageFrom(query)));
  }

  @Get(chunks)
  @ApiOperation({ summary: 'What the next chat in a conversation sends, piece by piece' })
  async chunks(
    @CurrentCaller() caller: Caller,
    @Param() { contextId, ...address }: ContextPath,
    @Query(parsedAs(PageQueryDto)) query: PageQueryDto,
  ): Promise<ChunkListDto> {
    return new ChunkListDto(await this.contexts.for(caller).chunks(sessionAddressFrom(address), contextId, pageFrom(query)));
  }

  @Delete(chunks.map((path) => `${path}/:chunkId`))
  @ApiOperation({ summary: 'Prune a piece, and what providers would refuse without it' })
  async delete(
    @CurrentCaller() caller: Caller,
    @Param() { contextId, chunkId, ...address }: ContextPath & { readonly chunkId: string },
  ): Promise<DeletedChunksDto> {
    return new DeletedChunksDto(await this.contexts.for(caller).deleteChunk(sessionAddressFrom(address), contextId, chunkId));
  }
}
