import { randomUUID } from 'node:crypto';

import { Secret } from '../../../contracts/secret.js';
import type { ChatAnswer, StreamEvent } from '../../../contracts/stream-event.js';
import { collectAnswer } from '../../../core/chat/collect-answer.js';
import { controlPattern } from '../control.js';
import type { EventFrame, Heartbeat } from '../streams/event-frames.js';
import { usualPatience } from '../streams/stream-patience.js';
import { askOnce } from './ask-once.js';
import type { ChatCallData, MaestroCalls } from './maestro-calls.js';
import type { Proxy } from './proxy-at.js';
import { proxyAt } from './proxy-at.js';
import { readStream } from './read-stream.js';

export interface MaestroClientOptions {
  /** Where a gateway takes messages: `tcp://host:port`, or the address of its broker. */
  readonly url: string;
  /** A Maestro key. */
  readonly key: Secret | string;
  /** Milliseconds that an answer may take which is no chat; default 60,000. */
  readonly timeoutMs?: number;
  /** Milliseconds between two signs of life to a gateway that streams; default 10,000. */
  readonly heartbeatMs?: number;
  /** Milliseconds without a sign of life after which the gateway is taken for gone; default 30,000. */
  readonly silenceMs?: number;
}

export interface ClientCallOptions {
  /** Ends the waiting; a chat ends at the provider, too. */
  readonly signal?: AbortSignal;
  /** For the log, and in errors: 1 to 64 of `A-Za-z0-9_.-`; default: a random one. */
  readonly requestId?: string;
  /** Of a chat: how often a provider that cannot serve is asked again, 0 to 2. */
  readonly retries?: number;
}

/** Milliseconds: a whole answer may take half an hour. */
const completeMs = 31 * 60_000;

/**
 * A Maestro gateway, over messages. Every method throws `MaestroError`: what the gateway told, or `gateway.unreachable`. One
 * client serves any number of calls at a time; it connects when it is first used.
 */
export class MaestroClient {
  readonly #proxy: Proxy;
  readonly #key: Secret;
  readonly #options: Required<Omit<MaestroClientOptions, 'key'>>;

  constructor({ url, key, timeoutMs = 60_000, ...times }: MaestroClientOptions) {
    const { heartbeatMs, silenceMs } = usualPatience;
    this.#options = { heartbeatMs, silenceMs, ...times, url, timeoutMs };
    this.#key = typeof key === 'string' ? Secret.of(key) : key;
    this.#proxy = proxyAt(url);
  }

  /** Asks once, answers once: `client.call('sessions.list', { provider: 'acme' })`. docs/messages.md lists the calls. */
  async call<Name extends keyof MaestroCalls>(
    name: Name,
    data: MaestroCalls[Name]['data'],
    { signal, requestId = randomUUID(), retries }: ClientCallOptions = {},
  ): Promise<MaestroCalls[Name]['answer']> {
    const { url, timeoutMs } = this.#options;
    const payload = this.payload({ requestId, ...(retries !== undefined && { retries }), data });
    const answers = this.#proxy.send<MaestroCalls[Name]['answer']>(`maestro.${name}`, payload);
    try {
      return await askOnce(answers, { url, signal, timeoutMs: name === 'chat.complete' ? completeMs : timeoutMs });
    } catch (failure) {
      if (signal?.aborted === true && name === 'chat.complete') this.tell(requestId, { cancel: true });
      throw failure;
    }
  }

  /** The events of an answer. Leaving the iteration, or aborting the signal, ends the answer at the provider. */
  streamChat(chat: ChatCallData, { signal, requestId = randomUUID(), retries }: ClientCallOptions = {}): AsyncIterable<StreamEvent> {
    const payload = this.payload({ requestId, acknowledges: true, ...(retries !== undefined && { retries }), data: chat });
    return readStream({
      frames: this.#proxy.send<EventFrame | Heartbeat>('maestro.chat.stream', payload),
      tell: (said) => {
        this.tell(requestId, said);
      },
      signal,
      ...this.#options,
    });
  }

  /** The same, collected into one answer. */
  async completeChat(chat: ChatCallData, options: ClientCallOptions = {}): Promise<ChatAnswer> {
    const events: StreamEvent[] = [];
    for await (const event of this.streamChat(chat, options)) events.push(event);
    const [start] = events;
    return collectAnswer(start?.type === 'message-start' ? (start.streamId ?? '') : '', events);
  }

  async close(): Promise<void> {
    await this.#proxy.close();
  }

  private tell(streamId: string, said: object): void {
    this.#proxy.emit(controlPattern, this.payload({ data: { streamId, ...said } }));
  }

  private payload(content: object): object {
    return { key: this.#key.reveal(), ...content };
  }
}
