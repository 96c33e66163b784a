import { createCipheriv } from 'node:crypto';

import { open, overhead, seal } from './aead.js';

/** Hand-made, in the manner of the collections of bad ciphertexts: fixed bytes, so that a failure can be looked at. */
const key = Buffer.from('9f1e3d5c7b9a0f2e4d6c8b0a1f3e5d7c9b8a7f6e5d4c3b2a1908172635445362', 'hex');
const iv = Buffer.from('cafebabefacedbaddecaf888', 'hex');
const associated = Buffer.from('feedfacedeadbeef', 'hex');
const plain = Buffer.from('forty-two bytes of text that nobody keeps..');
const good = sealedWith(key, iv, associated, plain);

function sealedWith(by: Buffer, nonce: Buffer, bound: Buffer, text: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', by, nonce, { authTagLength: 16 });
  cipher.setAAD(bound);
  const body = Buffer.concat([cipher.update(text), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

function withTag(change: (tag: Buffer) => Buffer): Buffer {
  return Buffer.concat([iv, change(Buffer.from(good.subarray(12, 28))), good.subarray(28)]);
}

function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[bit >> 3] = copy.readUInt8(bit >> 3) ^ (1 << (bit & 7));
  return copy;
}

const zeros = (length: number): Buffer => Buffer.alloc(length);

const bad: readonly (readonly [string, Buffer])[] = [
  ...[0, 1, 7, 8, 31, 32, 33, 63, 64, 71, 77, 80, 96, 97, 120, 126, 127].map(
    (bit) => [`bit ${String(bit)} of the tag flipped`, withTag((tag) => flipped(tag, bit))] as const,
  ),
  ['all bits of the tag flipped', withTag((tag) => Buffer.from(tag.map((byte) => byte ^ 0xff)))],
  ['the highest bit of each byte of the tag flipped', withTag((tag) => Buffer.from(tag.map((byte) => byte ^ 0x80)))],
  ['a tag of zeros', withTag(() => zeros(16))],
  ['a tag of ones', withTag(() => Buffer.alloc(16, 0xff))],
  ['the tag backwards', withTag((tag) => Buffer.from(tag).reverse())],
  ['a tag one byte short', withTag((tag) => tag.subarray(0, 15))],
  ['a tag one byte long', withTag((tag) => Buffer.concat([tag, zeros(1)]))],
  ['no tag', withTag(() => zeros(0))],
  ['an iv of zeros', Buffer.concat([zeros(12), good.subarray(12)])],
  ['an iv one byte short', good.subarray(1)],
  ['an iv one byte long', Buffer.concat([zeros(1), good])],
  ['the text cut short', good.subarray(0, -1)],
  ['no text', good.subarray(0, 28)],
  ['something behind the text', Buffer.concat([good, zeros(1)])],
  ['other associated data', sealedWith(key, iv, Buffer.from('feedfacedeadbeee', 'hex'), plain)],
  ['no associated data', sealedWith(key, iv, zeros(0), plain)],
  ['associated data with a zero behind', sealedWith(key, iv, Buffer.concat([associated, zeros(1)]), plain)],
  ['associated data and text run together elsewhere', sealedWith(key, iv, Buffer.concat([associated, plain]), zeros(0))],
  ['another key', sealedWith(flipped(key, 0), iv, associated, plain)],
  ['nothing at all', zeros(0)],
  ['less than an iv and a tag', good.subarray(0, 27)],
  ['only zeros', zeros(overhead)],
];

describe('authenticated encryption', () => {
  it('opens what was sealed elsewhere by the same rules, and what it seals itself', () => {
    expect(open(key, good, associated)).toEqual(plain);
    expect(open(key, seal(key, plain, associated), associated)).toEqual(plain);
    expect(open(key, seal(key, zeros(0), zeros(0)), zeros(0))).toEqual(zeros(0));
  });

  it.each(bad)('refuses %s', (_what, sealed) => {
    expect(() => open(key, sealed, associated)).toThrow();
  });

  it('takes a new iv each time', () => {
    const ivs = Array.from({ length: 1000 }, () => seal(key, plain, associated).subarray(0, 12).toString('hex'));

    expect(new Set(ivs).size).toBe(1000);
  });
});
