import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
export const keyLength = 32;
const ivLength = 12;
const tagLength = 16;
/** What sealing adds to a text. */
export const overhead = ivLength + tagLength;

/** AES-256-GCM: iv, tag, ciphertext. The iv is random, and each key of ours seals one text, or (wrapping) far fewer than 2^32. */
export function seal(key: Uint8Array, plain: Uint8Array, associated: Uint8Array): Buffer {
  const iv = randomBytes(ivLength);
  const cipher = createCipheriv(algorithm, key, iv, { authTagLength: tagLength });
  cipher.setAAD(associated);
  const text = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), text]);
}

/** @throws where one bit of key, bytes or associated data is another */
export function open(key: Uint8Array, sealed: Uint8Array, associated: Uint8Array): Buffer {
  // Pinned: Node would else take a tag of four bytes, which can be guessed.
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, ivLength), { authTagLength: tagLength });
  decipher.setAAD(associated);
  decipher.setAuthTag(sealed.subarray(ivLength, overhead));
  return Buffer.concat([decipher.update(sealed.subarray(overhead)), decipher.final()]);
}
