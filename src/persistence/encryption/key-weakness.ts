import { keyLength } from './aead.js';

/** Random bytes have about thirty distinct ones among thirty-two; fewer than this has less than one chance in 10^15. */
const fewestDistinct = 16;

/** The 256-bit key of NIST SP 800-38A, which looks random and is in everybody's test vectors. */
const published = '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4';

/** Why this is no key, to complete "the key …"; `undefined` for one that looks random, as made keys do. */
export function weaknessOf(key: Uint8Array): string | undefined {
  if (key.length !== keyLength) return `has ${String(key.length)} bytes, 32 are needed (base64 or hexadecimal)`;
  if (new Set(key).size < fewestDistinct || isTwice(key)) return 'repeats itself, as a sample key does';
  if (isSeries(key)) return 'is a series, as a sample key is';
  if (key.every((byte) => byte >= 0x20 && byte < 0x7f)) return 'is text, not random bytes';
  if (Buffer.from(key).toString('hex') === published) return 'stands in a published sample, so everybody knows it';
  return undefined;
}

/** Sixteen bytes, and the same once more. */
function isTwice(key: Uint8Array): boolean {
  const bytes = Buffer.from(key);
  return bytes.subarray(0, keyLength / 2).equals(bytes.subarray(keyLength / 2));
}

/** Such as 00 01 02 … 1f, which stands in many manuals. */
function isSeries(key: Uint8Array): boolean {
  const bytes = Buffer.from(key);
  const steps = new Set([...bytes.subarray(1)].map((byte, index) => (byte - bytes.readUInt8(index)) & 0xff));
  return steps.size === 1;
}
