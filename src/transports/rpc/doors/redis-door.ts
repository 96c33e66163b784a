import type { WritePacket } from '@nestjs/microservices';
import { RedisContext, ServerRedis } from '@nestjs/microservices';
import type { Redis } from 'ioredis';

import { controlPattern, payloadOf } from '../control.js';
import type { PeerLink } from '../peers.js';
import { sendable } from '../streams/unsendable.js';
import { redisOptions } from './broker-address.js';
import type { Door } from './door.js';
import { admit, jsonFrom } from './incoming.js';
import { shownAddress } from './shown-address.js';

/** Bytes: subscribers who are behind by 32 MB are cut off by Redis. */
const longestAnswer = 16 * 1024 * 1024;
/** Milliseconds; a message reaches all gateways at one time. */
const claimMs = 60_000;

/** Redis tells each message to every gateway: the first to claim it carries it out, so that nothing is done twice. */
export class RedisDoor extends ServerRedis implements Door {
  constructor(private readonly url: string) {
    super(redisOptions(url));
  }

  readonly peers: PeerLink = {
    tell: (control) => {
      const message = JSON.stringify({ pattern: controlPattern, data: payloadOf(control) });
      this.publisher()
        .publish(controlPattern, message)
        .catch((failure: unknown) => {
          this.handleError(String(failure));
        });
    },
  };

  /** A door that does not open stays closed. */
  override async listen(callback: (error?: unknown) => void): Promise<void> {
    await super.listen((error?: unknown) => {
      if (error !== undefined) this.disconnect();
      callback(error);
    });
  }

  override async handleMessage(channel: string, text: string, publisher: Redis, pattern: string): Promise<void> {
    const admitted = admit({ ...jsonFrom(text), pattern: channel }, text.length, () => true);
    const answering = 'packet' in admitted ? admitted.packet.id : admitted.refusal?.id;
    if (answering !== undefined && !(await isClaimed(publisher, channel, answering))) return;
    const context = new RedisContext([pattern]);
    if (!('packet' in admitted)) {
      if (admitted.refusal !== undefined) await this.answer(publisher, pattern, admitted.refusal.id, admitted.refusal, context);
      return;
    }
    const { id, data } = admitted.packet;
    if (id === undefined) {
      await this.handleEvent(channel, { pattern: channel, data }, context);
      return;
    }
    const handler = this.getHandlerByPattern(channel);
    this.handleRequest(
      context,
      async () => this.transformToObservable(await handler?.(data, context)),
      (packet) => this.answer(publisher, pattern, id, packet, context),
    );
  }

  address(): string {
    return shownAddress(this.url);
  }

  async leave(): Promise<void> {
    const [, subscriber] = this.unwrap<readonly [Redis, Redis]>();
    const requests = [...this.messageHandlers.keys()].filter((pattern) => pattern !== controlPattern);
    await subscriber.unsubscribe(...requests);
  }

  private publisher(): Redis {
    const [publisher] = this.unwrap<readonly [Redis, Redis]>();
    return publisher;
  }

  private disconnect(): void {
    this.isManuallyClosed = true;
    for (const client of this.unwrap<readonly [Redis, Redis]>()) client.disconnect();
  }

  private async answer(publisher: Redis, pattern: string, id: string, packet: WritePacket, context: RedisContext): Promise<void> {
    const text = JSON.stringify({ ...packet, id });
    const sent = sendable(context, packet, Buffer.byteLength(text), longestAnswer);
    if (sent !== undefined)
      await publisher.publish(this.getReplyPattern(pattern), sent === packet ? text : JSON.stringify({ ...sent, id }));
  }
}

async function isClaimed(publisher: Redis, channel: string, id: string): Promise<boolean> {
  return (await publisher.set(`maestro:claim:${channel}:${id}`, '1', 'PX', claimMs, 'NX')) === 'OK';
}
