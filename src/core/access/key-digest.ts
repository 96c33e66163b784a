import { createHash } from 'node:crypto';

/** Of a whole key, never of a part of it: two keys that begin alike are two keys. */
export function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
