import { createHash } from 'node:crypto';

declare const brand: unique symbol;

/**
 * Who began a stream, by the key it was begun with: a digest, so that a replica may ask the others for a stream without showing
 * them anybody's key. Who has the same key is the same caller.
 */
export type Owner = string & { readonly [brand]: 'Owner' };

export const Owner = {
  of(key: string): Owner {
    return createHash('sha256').update('maestro/stream-owner\0').update(key).digest('base64url') as Owner;
  },
  is(value: unknown): value is Owner {
    return typeof value === 'string' && /^[\w-]{43}$/.test(value);
  },
};
