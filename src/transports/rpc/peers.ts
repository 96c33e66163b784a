import { Injectable } from '@nestjs/common';

import type { Control } from './control.js';

/** A way to every gateway at one broker. */
export interface PeerLink {
  tell(control: Control): void;
}

/** The other gateways, as far as brokers lead to them. */
@Injectable()
export class Peers {
  readonly #links = new Set<PeerLink>();

  add(link: PeerLink): void {
    this.#links.add(link);
  }

  /** @returns whether there was anybody to tell */
  tell(control: Control): boolean {
    for (const link of this.#links) link.tell(control);
    return this.#links.size > 0;
  }
}
