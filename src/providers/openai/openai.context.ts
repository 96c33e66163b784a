import { Injectable } from '@nestjs/common';

import type { ChunkListOptions, ContextBehaviour } from '../../contracts/behaviours/context.behaviour.js';
import type { ContextChunk } from '../../contracts/context-chunk.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { CallOptions, ProviderClient } from '../../contracts/provider-client.js';
import type { Page } from '../../contracts/session.js';
import { deletedWith } from '../../kit/chunk-groups.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { listIn, textIn } from '../../kit/json-fields.js';
import { isRecord } from '../../kit/read-body.js';
import { requestJson } from '../../kit/wire-call.js';
import { callOf, providerId } from './openai.calls.js';
import { isChatGpt, unsupported } from './openai.chatgpt.js';
import { chunkFromItem, outlinesOf } from './openai.conversation-items.js';

/** The most that the vendor gives on one page. */
const pageSize = 100;

interface ItemPage {
  readonly items: readonly JsonRecord[];
  /** The last item's id, where there are more. */
  readonly after?: string;
}

/** Conversations (https://platform.openai.com/docs/api-reference/conversations): for API keys. */
@Injectable()
export class OpenAiContext implements ContextBehaviour {
  async createContext(client: ProviderClient, options: CallOptions): Promise<string> {
    if (isChatGpt(client)) throw unsupported('remote contexts');
    const { value } = await requestJson(callOf(client, options, { path: '/conversations', body: {} })).catch(refuseWithout);
    const id = isRecord(value) ? textIn(value, 'id') : undefined;
    if (id !== undefined) return id;
    throw malformed('the conversation has no id');
  }

  /** The cursor carries the position, which the vendor does not count. */
  async listContextChunks(
    client: ProviderClient,
    ref: string,
    { limit, cursor, ...options }: ChunkListOptions,
  ): Promise<Page<ContextChunk>> {
    const [, position = '0', after] = /^(\d{1,9})\.(.+)$/.exec(cursor ?? '') ?? [];
    if (cursor !== undefined && after === undefined) throw invalidCursor();
    const first = Number(position);
    const page = await pageOf(client, ref, Math.min(limit, pageSize), after, options);
    const data = page.items.map((item, index) => chunkFromItem(item, first + index));
    return { data, ...(page.after !== undefined && { nextCursor: `${String(first + data.length)}.${page.after}` }) };
  }

  async deleteContextChunk(client: ProviderClient, ref: string, chunkId: string, options: CallOptions): Promise<readonly string[]> {
    const gone = [...deletedWith(chunkId, outlinesOf(await allItems(client, ref, options)))];
    for (const id of gone) {
      const path = `${itemsPath(ref)}/${encodeURIComponent(id)}`;
      await requestJson({ ...callOf(client, options, { path }), method: 'DELETE' }).catch(unlessGone);
    }
    return gone;
  }
}

async function allItems(client: ProviderClient, ref: string, options: CallOptions): Promise<readonly JsonRecord[]> {
  const items: JsonRecord[] = [];
  const asked = new Set<string | undefined>();
  let after: string | undefined;
  do {
    asked.add(after);
    const page = await pageOf(client, ref, pageSize, after, options);
    items.push(...page.items);
    after = page.after;
    // A page that names its own cursor as the next would be asked for without end.
  } while (after !== undefined && !asked.has(after));
  return items;
}

async function pageOf(
  client: ProviderClient,
  ref: string,
  limit: number,
  after: string | undefined,
  options: CallOptions,
): Promise<ItemPage> {
  const cursor = after === undefined ? '' : `&after=${encodeURIComponent(after)}`;
  const { value } = await requestJson(callOf(client, options, { path: `${itemsPath(ref)}?order=asc&limit=${String(limit)}${cursor}` }));
  if (!isRecord(value)) throw malformed('the list of items is no object');
  const last = value['has_more'] === true ? textIn(value, 'last_id') : undefined;
  const items = listIn(value, 'data').filter(isRecord);
  return { items, ...(last !== undefined && { after: last }) };
}

function itemsPath(ref: string): string {
  return `/conversations/${encodeURIComponent(ref)}/items`;
}

/** What a login gives access to has no such place. */
function refuseWithout(error: unknown): never {
  if (!MaestroError.is(error) || error.code !== 'upstream.not-found') throw error;
  throw new MaestroError('operation.unsupported', { provider: providerId, operation: 'remote contexts' }, { cause: error });
}

/** Somebody else deleted it meanwhile. */
function unlessGone(error: unknown): void {
  if (!MaestroError.is(error) || error.code !== 'upstream.not-found') throw error;
}

function invalidCursor(): MaestroError {
  return new MaestroError('request.invalid', { problems: ['cursor must be the nextCursor of the page before'] });
}

function malformed(problem: string): MaestroError {
  return new MaestroError('upstream.malformed', { provider: providerId, problem });
}
