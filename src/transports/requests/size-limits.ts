/** Bytes of a request, whichever way it comes; docs/limits.md tells of them. */
export const sizeLimits = {
  /** Images and files travel with a chat. */
  chat: 32 * 1024 * 1024,
  other: 64 * 1024,
  /** All headers of a request of HTTP together. */
  headers: 16 * 1024,
  /** A parameter in an address. */
  parameter: 2_500,
} as const;

/** Milliseconds in which a request of HTTP must have come as a whole. */
export const requestTimeoutMs = 300_000;
