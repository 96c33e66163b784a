/** A data key, wrapped. */
export interface WrappedKey {
  readonly keyId: string;
  readonly bytes: Uint8Array;
}

/**
 * Who wraps data keys: a ring in this process, or a service elsewhere. It never sees more than data keys, 32 bytes each.
 * Keys go by ids: 1 to 64 of `A-Za-z0-9_.-`, each for one key for ever.
 *
 * An implementation that keeps unwrapped data keys has to find them by algorithm, key id and a hash of `associated` together,
 * and to forget them within five minutes. One that cannot answer throws: nothing is ever left unsealed for want of a key.
 */
export interface KeyService {
  /** With which new secrets are sealed; one of `ids`. */
  readonly primaryId: string;
  /** Every key that this process can unwrap with. */
  readonly ids: readonly string[];
  /**
   * @param associated is bound to the wrapped key: without the same bytes it does not open
   * @param keyId the primary where absent
   * @throws MaestroError `encryption.key-unknown`, `encryption.key-service-away`
   */
  wrap(dataKey: Uint8Array, associated: Uint8Array, keyId?: string): Promise<WrappedKey>;
  /**
   * `undefined` where the bytes do not open, whatever the reason.
   *
   * @throws MaestroError `encryption.key-unknown`, `encryption.key-service-away`
   */
  unwrap(wrapped: WrappedKey, associated: Uint8Array): Promise<Uint8Array | undefined>;
}
