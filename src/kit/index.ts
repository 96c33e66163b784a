// The package's `kit` entry: what providers are built with.
export type { Carried } from './carried.js';
export { carriedIn, carriedMark, carry } from './carried.js';
export { decodedBatches, decodeStream } from './decode-stream.js';
export type { ForwardOptions } from './forward-wire.js';
export { forwardWire } from './forward-wire.js';
export type { HttpClientOptions } from './http-client.js';
export { httpClient } from './http-client.js';
export { jsonArrayDecoder } from './json-array-decoder.js';
export { isPublicAddress } from './public-address.js';
export { isRecord, jsonFrom, readText } from './read-body.js';
export { headerOf, retryAfterMs } from './retry-after.js';
export type { SseDecoder, SseLimits } from './sse-decoder.js';
export { sseDecoder } from './sse-decoder.js';
export { userAgent } from './user-agent.js';
export type { FailureReader, JsonAnswer, WireCall } from './wire-call.js';
export { openStream, requestJson } from './wire-call.js';
