import { randomUUID } from 'node:crypto';

import type { WritePacket } from '@nestjs/microservices';
import { RmqContext, ServerRMQ } from '@nestjs/microservices';

import { controlPattern, payloadOf } from '../control.js';
import type { PeerLink } from '../peers.js';
import { sendable } from '../streams/unsendable.js';
import { rabbitOptions } from './broker-address.js';
import type { Door } from './door.js';
import { admit, jsonFrom } from './incoming.js';
import { shownAddress } from './shown-address.js';

/** Bytes: RabbitMQ 4 takes no larger message. */
const longestAnswer = 16 * 1024 * 1024;

/** What of amqplib's is used; Nest does not say. */
interface Channel {
  assertQueue(name: string, options: object): Promise<{ readonly queue: string }>;
  bindQueue(queue: string, exchange: string, key: string): Promise<unknown>;
  unbindQueue(queue: string, exchange: string, key: string): Promise<unknown>;
  consume(queue: string, taken: (message: Message | null) => void, options: object): Promise<unknown>;
  cancel(consumerTag: string): Promise<unknown>;
  publish(exchange: string, key: string, content: Buffer, options?: object): boolean;
  sendToQueue(queue: string, content: Buffer, options: object): boolean;
}

interface Message {
  readonly content: Buffer;
  readonly fields: { readonly exchange?: string };
  readonly properties: { readonly replyTo?: string; readonly correlationId?: string };
}

/** All gateways take from one queue; what is said of an answer under way goes to each, through a queue of its own. */
export class RabbitDoor extends ServerRMQ implements Door {
  readonly #consumerTag: string;
  #live: Channel | undefined;

  constructor(private readonly url: string) {
    const consumerTag = `maestro-${randomUUID()}`;
    super({ ...rabbitOptions(url), consumerTag, maxConnectionAttempts: 1 });
    this.#consumerTag = consumerTag;
  }

  readonly peers: PeerLink = {
    tell: (control) => {
      this.pass({ pattern: controlPattern, data: payloadOf(control) });
    },
  };

  override async setupChannel(channel: Channel, callback: () => void): Promise<void> {
    await super.setupChannel(channel, () => undefined);
    await channel.unbindQueue('maestro', 'maestro', controlPattern);
    const { queue } = await channel.assertQueue('', { exclusive: true, durable: false });
    await channel.bindQueue(queue, 'maestro', controlPattern);
    const taken = (message: Message | null): void => {
      this.handleMessage(message, channel).catch((failure: unknown) => {
        this.handleError(String(failure));
      });
    };
    await channel.consume(queue, taken, { noAck: true });
    this.#live = channel;
    callback();
  }

  override async handleMessage(message: Partial<Message> | null, channel: Channel): Promise<void> {
    // RabbitMQ tells a consumer with nothing that its queue is gone.
    const { content, fields = {}, properties = {} } = message ?? {};
    if (content === undefined) return;
    const admitted = admit(jsonFrom(content.toString('utf8')), content.length, (pattern) => this.messageHandlers.has(pattern));
    const context = new RmqContext([{ ...message }, channel, '']);
    if (!('packet' in admitted)) {
      if (admitted.refusal !== undefined) this.answer(properties, admitted.refusal, context);
      return;
    }
    const { id, pattern, data } = admitted.packet;
    // Sent to the queue, it came to one gateway of many.
    if (id === undefined && fields.exchange === '') this.pass({ pattern, data });
    else if (id === undefined) await super.handleEvent(pattern, { pattern, data }, context);
    else {
      const handler = this.getHandlerByPattern(pattern);
      this.handleRequest(
        context,
        async () => this.transformToObservable(await handler?.(data, context)),
        (packet) => {
          this.answer(properties, packet, context);
        },
      );
    }
  }

  address(): string {
    return shownAddress(this.url);
  }

  async leave(): Promise<void> {
    await this.#live?.cancel(this.#consumerTag);
  }

  private pass(message: object): void {
    this.#live?.publish('maestro', controlPattern, Buffer.from(JSON.stringify(message)));
  }

  private answer({ replyTo, correlationId }: Message['properties'], packet: WritePacket, context: RmqContext): void {
    if (replyTo === undefined) return;
    const content = Buffer.from(JSON.stringify(packet));
    const sent = sendable(context, packet, content.length, longestAnswer);
    if (sent === undefined) return;
    this.#live?.sendToQueue(replyTo, sent === packet ? content : Buffer.from(JSON.stringify(sent)), { correlationId });
  }
}
