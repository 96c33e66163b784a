import type { SealContext } from '../../core/sessions/secret-box.port.js';

/**
 * What a sealed secret belongs to, as bytes that no other context gives: each part with its length before it, so that moving
 * a character from one part to the next makes other bytes. The purpose keeps the two levels of an envelope apart.
 */
export function associatedData(purpose: 'secret' | 'data-key', context: SealContext): Buffer {
  const { table, column, rowId, provider, authType, secretVersion } = context;
  const parts = ['maestro-envelope-1', purpose, table, column, rowId.toLowerCase(), provider, authType, String(secretVersion)];
  return Buffer.concat(parts.flatMap(withLength));
}

function withLength(text: string): readonly Buffer[] {
  const bytes = Buffer.from(text, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return [length, bytes];
}
