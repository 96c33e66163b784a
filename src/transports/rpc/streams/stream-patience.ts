/** How much of a stream goes out before its reader must say that it reads, and how long each side waits for the other. */
export interface StreamPatience {
  /** Milliseconds between two signs of life, of either side, while a reader that acknowledges waits. */
  readonly heartbeatMs: number;
  /** Milliseconds without a sign of life after which the other side is taken for gone. */
  readonly silenceMs: number;
  /** Milliseconds that a full window may stay full. */
  readonly patienceMs: number;
  readonly acknowledged: Room;
  /** For readers that never said they acknowledge: enough for most answers, and an end to what nobody reads. */
  readonly unacknowledged: Room;
}

export interface Room {
  readonly events: number;
  /** About: of a message, the text counts. */
  readonly bytes: number;
}

export const usualPatience: StreamPatience = {
  heartbeatMs: 10_000,
  silenceMs: 30_000,
  patienceMs: 60_000,
  acknowledged: { events: 256, bytes: 1024 * 1024 },
  unacknowledged: { events: 4_096, bytes: 4 * 1024 * 1024 },
};

/** The token that gives it. */
export const StreamPatience = Symbol.for('maestro/rpc/stream-patience');
