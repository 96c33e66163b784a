import type { Socket } from 'node:net';

import { JsonSocket } from '@nestjs/microservices';

import { longestMessage } from './incoming.js';

/** A message and what it took, before anybody looked at it. */
export interface Received {
  readonly value: unknown;
  readonly bytes: number;
}

/** Bytes of messages that are not whole yet, on all connections of a door together: strangers may send them, too. */
export interface Budget {
  left: number;
}

/** Milliseconds in which a message that began must go on. */
const incompleteMessageTimeout = 30_000;

/** Bytes that may wait for a peer which takes nothing. */
const maxSendBufferSize = 64 * 1024 * 1024;

/** Characters of a message's length and what separates it from the message. */
const lengthPart = 10;

/**
 * Nest's socket of `length#json` messages for strangers: what is no message closes the connection at once and is quoted nowhere,
 * and what arrives afterwards is not looked at. It tells of each message as `Received`.
 */
export class GuardedSocket extends JsonSocket {
  readonly #budget: Budget;
  #isOver = false;
  #pending = 0;

  constructor(socket: Socket, budget: Budget) {
    super(socket, { maxBufferSize: longestMessage + lengthPart, incompleteMessageTimeout, maxSendBufferSize });
    this.#budget = budget;
    // Each of many answers on one connection may wait for it to drain.
    socket.setMaxListeners(0);
    socket.once('close', () => {
      this.#settle();
    });
  }

  protected override handleData(data: Buffer | string): void {
    if (this.#isOver) return;
    this.#pending += data.length;
    this.#budget.left -= data.length;
    if (this.#budget.left < 0) this.handleDataError();
    else super.handleData(data);
  }

  protected override emitMessage(text: string): void {
    this.#settle();
    this.socket.emit('message', { value: JSON.parse(text) as unknown, bytes: text.length } satisfies Received);
  }

  /** As an error of the socket it would be logged by Nest, with the message's first words. */
  protected override handleDataError(): void {
    this.#isOver = true;
    this.socket.destroy();
  }

  #settle(): void {
    this.#budget.left += this.#pending;
    this.#pending = 0;
  }
}
