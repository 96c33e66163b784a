import type { CustomTransportStrategy } from '@nestjs/microservices';

import type { PeerLink } from '../peers.js';

/** A transport that messages come over. */
export interface Door extends CustomTransportStrategy {
  /** As the operator wrote it, without what must not be shown; with the port that was found where 0 was asked for. */
  address(): string;
  /** Takes no request more; those under way are answered, and their readers heard. */
  leave(): Promise<void>;
  /** A way to the other gateways at the same broker. */
  readonly peers?: PeerLink;
}
