import { createHmac, hkdfSync } from 'node:crypto';
import { inspect } from 'node:util';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { KeyService, WrappedKey } from '../../core/key-rotation/key-service.port.js';
import { keyLength, open, overhead, seal } from './aead.js';
import { weaknessOf } from './key-weakness.js';

/** Vouches for bytes that are not secret, with a key that is derived from one of the ring's. */
export interface KeyedMac {
  readonly primaryId: string;
  readonly ids: readonly string[];
  /** 32 bytes. @throws MaestroError `encryption.key-unknown` */
  mac(purpose: string, keyId: string, data: Uint8Array): Promise<Uint8Array>;
}

const idPattern = /^[\w.-]{1,64}$/;

/** A key service in this process: the keys that the operator gave, one of them primary by name. Prints as its ids, never as its keys. */
export class KeyRing implements KeyService, KeyedMac {
  readonly #keys: ReadonlyMap<string, Uint8Array>;
  /** Purposes are few, and walking a long trail asks for the same key a million times. */
  readonly #macKeys = new Map<string, Uint8Array>();

  private constructor(
    keys: ReadonlyMap<string, Uint8Array>,
    readonly primaryId: string,
  ) {
    this.#keys = keys;
  }

  /**
   * From `id=base64,…` and the id of the primary, which may be left out where there is one key only: order decides nothing.
   *
   * @throws MaestroError `encryption.key-invalid` in one line, without the key
   */
  static parse(text: string, primary?: string): KeyRing {
    const keys = new Map<string, Uint8Array>();
    for (const entry of text.split(',').map((part) => part.trim())) {
      const [id, key] = parseEntry(entry);
      if (keys.has(id)) refuse(`encryption key id "${id}" is given twice; each key needs an id of its own`);
      const twin = [...keys].find(([, other]) => Buffer.from(other).equals(key))?.[0];
      if (twin !== undefined) refuse(`encryption keys "${twin}" and "${id}" are the same key; make a new one for "${id}"`);
      keys.set(id, key);
    }
    return new KeyRing(keys, primaryOf([...keys.keys()], primary));
  }

  get ids(): readonly string[] {
    return [...this.#keys.keys()];
  }

  /** The same keys, sealing with another one. @throws MaestroError `encryption.key-unknown` */
  withPrimary(id: string): KeyRing {
    this.keyOf(id);
    return new KeyRing(this.#keys, id);
  }

  async wrap(dataKey: Uint8Array, associated: Uint8Array, keyId = this.primaryId): Promise<WrappedKey> {
    return { keyId, bytes: seal(this.keyOf(keyId), dataKey, associated) };
  }

  async unwrap({ keyId, bytes }: WrappedKey, associated: Uint8Array): Promise<Uint8Array | undefined> {
    const key = this.keyOf(keyId);
    if (bytes.length !== overhead + keyLength) return undefined;
    try {
      return open(key, bytes, associated);
    } catch {
      return undefined;
    }
  }

  /** The key for the purpose is derived by HKDF (RFC 5869), so that none of the ring's keys serves two ends. */
  async mac(purpose: string, keyId: string, data: Uint8Array): Promise<Uint8Array> {
    return createHmac('sha256', this.macKeyOf(purpose, keyId)).update(data).digest();
  }

  toJSON(): unknown {
    return { primaryId: this.primaryId, ids: this.ids };
  }

  [inspect.custom](): string {
    return `KeyRing ${inspect(this.toJSON())}`;
  }

  private macKeyOf(purpose: string, keyId: string): Uint8Array {
    const slot = `${purpose}/${keyId}`;
    const known = this.#macKeys.get(slot);
    if (known !== undefined) return known;
    const made = Buffer.from(hkdfSync('sha256', this.keyOf(keyId), '', `maestro-mac-1/${purpose}`, keyLength));
    this.#macKeys.set(slot, made);
    return made;
  }

  private keyOf(id: string): Uint8Array {
    const key = this.#keys.get(id);
    if (key === undefined) throw new MaestroError('encryption.key-unknown', { keyIds: [id] });
    return key;
  }
}

const howToMake = "make one with: node -p \"require('crypto').randomBytes(32).toString('base64')\"";

function parseEntry(entry: string): readonly [string, Uint8Array] {
  const at = entry.indexOf('=');
  const id = entry.slice(0, Math.max(at, 0));
  if (at < 0 || !idPattern.test(id)) refuse('MAESTRO_ENCRYPTION_KEYS is a list of id=base64, separated by commas');
  const key = bytesFrom(entry.slice(at + 1));
  const weakness = weaknessOf(key);
  if (weakness !== undefined) refuse(`encryption key "${id}" ${weakness}; ${howToMake}`);
  return [id, key];
}

/** Strictly: what is neither base64 (either alphabet) nor hexadecimal is no key, and no password is made into one. */
function bytesFrom(text: string): Buffer {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (/^(?:[A-Za-z0-9+/]*|[A-Za-z0-9_-]*)={0,2}$/.test(text)) return Buffer.from(text, 'base64');
  return Buffer.alloc(0);
}

function primaryOf(ids: readonly string[], primary: string | undefined): string {
  const [first, second] = ids;
  if (primary === undefined && first !== undefined && second === undefined) return first;
  if (primary === undefined) refuse('there are several encryption keys; say with MAESTRO_ENCRYPTION_PRIMARY which one seals');
  if (!ids.includes(primary)) refuse(`MAESTRO_ENCRYPTION_PRIMARY is "${primary}", which MAESTRO_ENCRYPTION_KEYS does not hold`);
  return primary;
}

function refuse(problem: string): never {
  throw new MaestroError('encryption.key-invalid', { problem });
}
