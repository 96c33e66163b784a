/** The parts of a sealed secret. */
export interface Envelope {
  /** Which key wraps the data key. */
  readonly keyId: string;
  /** The data key, sealed with that key. */
  readonly wrappedKey: Uint8Array;
  /** Tells that the data key is the one that was meant: GCM alone opens under two crafted keys. */
  readonly commitment: Uint8Array;
  /** The secret, sealed with the data key: iv, tag, ciphertext. */
  readonly sealed: Uint8Array;
}

/** "MSE": Maestro's sealed envelope; then the number of the algorithm. 1: AES-256-GCM twice, HKDF-SHA-256. */
const magic = Buffer.from('MSE\x01', 'latin1');
export const commitmentLength = 16;
const shortestSealed = 12 + 16;

/**
 * Bytes: magic 3 · algorithm 1 · key id length 1 · key id · wrapped key length 2 (big-endian) · wrapped key · commitment 16 ·
 * iv 12 · tag 16 · ciphertext. Another key is another header; the ciphertext stays.
 */
export function bytesFromEnvelope({ keyId, wrappedKey, commitment, sealed }: Envelope): Buffer {
  const id = Buffer.from(keyId, 'utf8');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(wrappedKey.length);
  return Buffer.concat([magic, Buffer.of(id.length), id, length, wrappedKey, commitment, sealed]);
}

/** `undefined` where the bytes are no envelope of ours; nothing is decrypted for that. */
export function envelopeFromBytes(bytes: Uint8Array): Envelope | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!buffer.subarray(0, magic.length).equals(magic)) return undefined;
  const idLength = buffer[magic.length] ?? 0;
  const idEnd = magic.length + 1 + idLength;
  if (idLength === 0 || buffer.length < idEnd + 2) return undefined;
  const keyEnd = idEnd + 2 + buffer.readUInt16BE(idEnd);
  const sealedAt = keyEnd + commitmentLength;
  if (buffer.length < sealedAt + shortestSealed) return undefined;
  return {
    keyId: buffer.toString('utf8', magic.length + 1, idEnd),
    wrappedKey: buffer.subarray(idEnd + 2, keyEnd),
    commitment: buffer.subarray(keyEnd, sealedAt),
    sealed: buffer.subarray(sealedAt),
  };
}
