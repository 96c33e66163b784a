import type { SimulatedRequest } from '../../../contracts/simulator.js';
import type { JsonRecord } from '../../../kit/json-fields.js';
import { listIn, textIn } from '../../../kit/json-fields.js';
import { isRecord } from '../../../kit/read-body.js';
import type { SimulatedAnswer } from '../../../kit/simulator-server.js';
import { failure } from '../../../families/openai-chat/testing/simulated-failures.js';

/** Conversations of one running simulator: items by conversation, in order. */
export class SimulatedConversations {
  private readonly items = new Map<string, JsonRecord[]>();
  private made = 0;

  /** `undefined` where the request is about something else. */
  answerTo({ method, path }: SimulatedRequest): SimulatedAnswer | undefined {
    const { pathname, searchParams } = new URL(path, 'http://simulator');
    const [, conversation = '', item] = /^\/v1\/conversations(?:\/([^/]+)\/items(?:\/([^/]+))?)?$/.exec(pathname) ?? [undefined];
    if (!pathname.startsWith('/v1/conversations')) return undefined;
    if (method === 'POST' && conversation === '') return this.create();
    const items = this.items.get(conversation);
    if (items === undefined) return failure(404, `Conversation with id '${conversation}' not found.`);
    if (method === 'GET') return answer(pageOf(items, searchParams));
    return method === 'DELETE' && item !== undefined ? this.delete(conversation, items, item) : undefined;
  }

  /** What a turn adds: what was asked, and what was answered. */
  keep(body: JsonRecord, output: readonly unknown[]): void {
    const items = this.items.get(textIn(body, 'conversation') ?? '');
    const input = textIn(body, 'input');
    const asked = input === undefined ? listIn(body, 'input') : [{ role: 'user', content: input }];
    for (const item of [...asked, ...output].filter(isRecord)) items?.push({ type: 'message', ...item, id: this.id('item') });
  }

  private create(): SimulatedAnswer {
    const id = this.id('conv');
    this.items.set(id, []);
    return answer({ id, object: 'conversation', created_at: 1_750_000_000, metadata: {} });
  }

  private delete(conversation: string, items: JsonRecord[], item: string): SimulatedAnswer {
    const at = items.findIndex(({ id }) => id === item);
    if (at === -1) return failure(404, `Item with id '${item}' not found.`);
    items.splice(at, 1);
    return answer({ id: conversation, object: 'conversation', created_at: 1_750_000_000, metadata: {} });
  }

  private id(prefix: string): string {
    this.made += 1;
    return `${prefix}_simulated_${String(this.made)}`;
  }
}

function pageOf(items: readonly JsonRecord[], query: URLSearchParams): object {
  const first = items.findIndex(({ id }) => id === query.get('after')) + 1;
  const data = items.slice(first, first + Number(query.get('limit') ?? 20));
  const has_more = first + data.length < items.length;
  return { object: 'list', data, has_more, first_id: data[0]?.['id'] ?? null, last_id: data.at(-1)?.['id'] ?? null };
}

function answer(body: object): SimulatedAnswer {
  return { status: 200, body: JSON.stringify(body) };
}
