import { setTimeout as pause } from 'node:timers/promises';

import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import type { WritePacket } from '@nestjs/microservices';
import { NatsContext, ServerNats } from '@nestjs/microservices';

import { controlPattern, payloadOf } from '../control.js';
import type { PeerLink } from '../peers.js';
import { sendable } from '../streams/unsendable.js';
import { natsOptions } from './broker-address.js';
import type { Door } from './door.js';
import { admit, jsonFrom } from './incoming.js';
import { shownAddress } from './shown-address.js';

/** Bytes, where the server does not tell: its usual setting. */
const usualPayload = 1024 * 1024;

/** Milliseconds that a broker has to say that nothing more comes. */
const leavingMs = 2_000;

/** All gateways take from one queue group; what is said of an answer under way goes to each. */
export class NatsDoor extends ServerNats implements Door {
  readonly #requests: Subscription[] = [];

  constructor(private readonly url: string) {
    super({ ...natsOptions(url), name: 'maestro' });
  }

  readonly peers: PeerLink = {
    tell: (control) => {
      this.unwrap<NatsConnection>().publish(controlPattern, JSON.stringify({ pattern: controlPattern, data: payloadOf(control) }));
    },
  };

  override bindEvents(client: NatsConnection): void {
    for (const pattern of this.messageHandlers.keys()) {
      const callback = (error: Error | null, message: Msg): void => {
        if (error !== null) return;
        this.handleMessage(pattern, message).catch((failure: unknown) => {
          this.handleError(String(failure));
        });
      };
      if (pattern === controlPattern) client.subscribe(pattern, { callback });
      else this.#requests.push(client.subscribe(pattern, { queue: 'maestro', callback }));
    }
  }

  override async handleMessage(pattern: string, message: Msg): Promise<void> {
    const admitted = admit({ ...jsonFrom(message.string()), pattern }, message.data.length, () => true);
    if (!('packet' in admitted)) {
      if (admitted.refusal !== undefined) message.respond(JSON.stringify(admitted.refusal));
      return;
    }
    const { id, data } = admitted.packet;
    const context = new NatsContext([message.subject, message.headers]);
    if (id === undefined) {
      await this.handleEvent(pattern, { pattern, data }, context);
      return;
    }
    const handler = this.getHandlerByPattern(pattern);
    this.handleRequest(
      context,
      async () => this.transformToObservable(await handler?.(data, context)),
      (packet) => {
        this.answer(message, id, packet, context);
      },
    );
  }

  address(): string {
    return shownAddress(this.url);
  }

  /** What the broker sent before it knew is taken yet; a broker that is away keeps nobody from leaving. */
  async leave(): Promise<void> {
    const left = Promise.allSettled(this.#requests.map((subscription) => subscription.drain()));
    await Promise.race([left, pause(leavingMs, undefined, { ref: false })]);
  }

  private answer(message: Msg, id: string, packet: WritePacket, context: NatsContext): void {
    const text = JSON.stringify({ ...packet, id });
    const limit = this.unwrap<NatsConnection>().info?.max_payload ?? usualPayload;
    const sent = sendable(context, packet, Buffer.byteLength(text), limit);
    if (sent !== undefined) message.respond(sent === packet ? text : JSON.stringify({ ...sent, id }));
  }
}
