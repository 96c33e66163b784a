import { Inject, Injectable } from '@nestjs/common';

import { Clock } from '../../contracts/clock.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { Limits } from '../limits.js';

/** Milliseconds. */
const minute = 60_000;

/** Addresses that are remembered; the oldest go first. Whoever has more of them than that is beyond counting anyhow. */
const mostPeers = 10_000;

/** Wrong keys that an address may still bring. */
interface Allowance {
  readonly left: number;
  /** Monotonic milliseconds. */
  readonly at: number;
}

/**
 * Counts wrong keys by the address that they came from, in this process. It never stands in the way of a right key: many callers
 * may come from one address.
 */
@Injectable()
export class WrongKeys {
  readonly #peers = new Map<string, Allowance>();

  constructor(
    @Inject(Limits) private readonly limits: Pick<Limits, 'wrongKeysPerMinute'>,
    @Inject(Clock) private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  /** So many came from there that the next one is to cost as little as can be. */
  areTooMany(peer: string): boolean {
    return this.#peers.has(peer) && this.left(peer) < 1;
  }

  /** @throws MaestroError `caller.too-many-wrong-keys`, with the time until the next one may come */
  note(peer: string): void {
    const perMinute = this.limits.wrongKeysPerMinute;
    const left = this.left(peer);
    if (left < 1) {
      const retryAfterMs = Math.ceil(((1 - left) * minute) / perMinute);
      throw new MaestroError('caller.too-many-wrong-keys', { perMinute }, { retryAfterMs });
    }
    this.#peers.delete(peer);
    this.#peers.set(peer, { left: left - 1, at: this.clock.monotonic() });
    const [oldest] = this.#peers.keys();
    if (this.#peers.size > mostPeers && oldest !== undefined) this.#peers.delete(oldest);
  }

  private left(peer: string): number {
    const perMinute = this.limits.wrongKeysPerMinute;
    const { left, at } = this.#peers.get(peer) ?? { left: perMinute, at: this.clock.monotonic() };
    return Math.min(perMinute, left + ((this.clock.monotonic() - at) * perMinute) / minute);
  }
}

/** Whoever has one IPv6 address has 2^64 of them. */
export function peerOf(address: string | undefined): string {
  if (address?.includes(':') !== true || address.includes('.')) return address ?? 'unknown';
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array.from({ length: zeros }, () => '0'), ...after].slice(0, 4).join(':');
}
