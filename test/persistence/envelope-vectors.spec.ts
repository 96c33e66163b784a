import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { SealContext } from '../../src/core/sessions/secret-box.port.js';
import { AesGcmSecretBox } from '../../src/persistence/encryption/aes-gcm-secret-box.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { tellFigure } from '../support/tell-figure.js';

interface Vectors {
  readonly keys: string;
  readonly primary: string;
  readonly vectors: readonly { readonly context: SealContext; readonly secret: string; readonly keyId: string; readonly sealed: string }[];
}

/** One file for each release that seals in another way, or that can do something new to what is sealed. */
const files = ['envelope-1.json', 'envelope-1-rotated.json'];

describe.each(files)('the frozen secrets of %s', (file) => {
  const text = readFileSync(join(process.cwd(), 'test/persistence/fixtures', file), 'utf8');
  const { keys, primary, vectors } = JSON.parse(text) as Vectors;
  const box = new AesGcmSecretBox(KeyRing.parse(keys, primary));

  it('are twenty', () => {
    expect(vectors).toHaveLength(20);
    tellFigure('T15', `${file}: ${String(vectors.length)} frozen values, each opened by its own test`);
  });

  it.each(vectors.map((vector, index) => [index, vector] as const))(
    'still open: %i',
    async (_index, { context, secret, keyId, sealed }) => {
      const opened = await box.open({ bytes: Buffer.from(sealed, 'base64'), keyId }, context);

      expect(opened.reveal()).toBe(secret);
    },
  );

  it('open after they are moved to another key', async () => {
    for (const { context, secret, keyId, sealed } of vectors) {
      const moved = await box.rewrap({ bytes: Buffer.from(sealed, 'base64'), keyId }, context);

      expect(moved.keyId).toBe(primary);
      expect((await box.open(moved, context)).reveal()).toBe(secret);
    }
  });

  it('open in their own place only', async () => {
    for (const one of vectors) {
      for (const other of vectors.filter((vector) => vector !== one)) {
        const moved = box.open({ bytes: Buffer.from(one.sealed, 'base64'), keyId: one.keyId }, other.context);

        await expect(moved).rejects.toMatchObject({ code: 'secret.unreadable' });
      }
    }
  });
});
