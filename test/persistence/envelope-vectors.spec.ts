import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { SealContext } from '../../src/core/sessions/secret-box.port.js';
import { AesGcmSecretBox } from '../../src/persistence/encryption/aes-gcm-secret-box.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';

interface Vectors {
  readonly keys: string;
  readonly primary: string;
  readonly vectors: readonly { readonly context: SealContext; readonly secret: string; readonly keyId: string; readonly sealed: string }[];
}

const file = join(process.cwd(), 'test/persistence/fixtures/envelope-1.json');
const { keys, primary, vectors } = JSON.parse(readFileSync(file, 'utf8')) as Vectors;
const box = new AesGcmSecretBox(KeyRing.parse(keys, primary));

describe('secrets that the first version sealed', () => {
  it.each(vectors.map((vector, index) => [index, vector] as const))(
    'still open: %i',
    async (_index, { context, secret, keyId, sealed }) => {
      const opened = await box.open({ bytes: Buffer.from(sealed, 'base64'), keyId }, context);

      expect(opened.reveal()).toBe(secret);
    },
  );

  it('open in their own place only', async () => {
    for (const one of vectors) {
      for (const other of vectors.filter((vector) => vector !== one)) {
        const moved = box.open({ bytes: Buffer.from(one.sealed, 'base64'), keyId: one.keyId }, other.context);

        await expect(moved).rejects.toMatchObject({ code: 'secret.unreadable' });
      }
    }
  });
});
