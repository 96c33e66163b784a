import { utf8Text } from './utf8-text.js';

function textOf(pieces: readonly Uint8Array[]): string {
  const text = utf8Text();
  return `${pieces.map((piece) => text.push(piece)).join('')}${text.end()}`;
}

describe('text of UTF-8 in pieces', () => {
  it.each([
    ['characters of every length', Buffer.from('aé€👋\u0000ß')],
    ['a mark at the start, and one in the text', Buffer.from('\uFEFFa\uFEFF')],
    ['a character that never becomes whole', Buffer.from([0x61, 0xf0, 0x9f, 0x91])],
    ['bytes that begin nothing', Buffer.from([0x80, 0xbf, 0x61, 0xff, 0xfe, 0xc0, 0xaf])],
    ['a surrogate, written as no text may', Buffer.from([0xed, 0xa0, 0x80, 0x61])],
    ['a character broken off by another one', Buffer.from([0xe2, 0x82, 0xc3, 0xa9, 0xf0, 0x61, 0xe2, 0x0a])],
    ['nothing', Buffer.from([])],
  ])('is the same wherever it is cut: %s', (_what, bytes) => {
    const whole = new TextDecoder().decode(bytes);
    expect(textOf([bytes])).toBe(whole);
    for (let one = 0; one <= bytes.length; one += 1) {
      for (let other = one; other <= bytes.length; other += 1) {
        expect(textOf([bytes.subarray(0, one), bytes.subarray(one, other), bytes.subarray(other)])).toBe(whole);
      }
    }
  });

  it('takes arrays that are no buffers', () => {
    expect(textOf([new Uint8Array([0xc3]), new Uint8Array([0x00, 0xa9]).subarray(1)])).toBe('é');
  });

  it('gives each character as soon as it is whole', () => {
    const text = utf8Text();
    expect([0xe2, 0x82, 0xac, 0x61].map((byte) => text.push(Uint8Array.of(byte)))).toEqual(['', '', '€', 'a']);
  });
});
