/** What a conversation may grow to. An answer that came is kept even where it goes beyond; the next chat is refused then. */
export const contextLimits = {
  chunks: 2_000,
  /** Of all chunks, as they rest. */
  bytes: 32 * 1024 * 1024,
  /** Of a chunk that is sent; pictures count. */
  chunkBytes: 16 * 1024 * 1024,
  contextsOfSession: 10_000,
} as const;
