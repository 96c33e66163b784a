import { keyLength } from './aead.js';

/** Random bytes have about thirty distinct ones among thirty-two; fewer than this has less than one chance in 10^15. */
const fewestDistinct = 16;

/** Why this is no key, to complete "the key …"; `undefined` for one that looks random, as made keys do. */
export function weaknessOf(key: Uint8Array): string | undefined {
  if (key.length !== keyLength) return `has ${String(key.length)} bytes, 32 are needed (base64 or hexadecimal)`;
  if (new Set(key).size < fewestDistinct) return 'repeats itself, as a sample key does';
  if (isSeries(key)) return 'is a series, as a sample key is';
  if (key.every((byte) => byte >= 0x20 && byte < 0x7f)) return 'is text, not random bytes';
  return undefined;
}

/** Such as 00 01 02 … 1f, which stands in many manuals. */
function isSeries(key: Uint8Array): boolean {
  const bytes = Buffer.from(key);
  const steps = new Set([...bytes.subarray(1)].map((byte, index) => (byte - bytes.readUInt8(index)) & 0xff));
  return steps.size === 1;
}
