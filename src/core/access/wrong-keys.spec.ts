import { StillClock } from '../../../test/support/still-clock.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { peerOf, WrongKeys } from './wrong-keys.js';

const clock = new StillClock();
const keys = (): WrongKeys => new WrongKeys({ wrongKeysPerMinute: 10 }, clock);

/** Milliseconds until the next one may come; `undefined`: this one may. */
function refusal(wrong: WrongKeys, peer = 'p'): number | undefined {
  try {
    wrong.note(peer);
    return undefined;
  } catch (error) {
    return MaestroError.is(error) && error.code === 'caller.too-many-wrong-keys' ? error.retryAfterMs : Number.NaN;
  }
}

describe('wrong keys', () => {
  it('may be ten in a minute from one address, and then one every six seconds', () => {
    const wrong = keys();

    expect(Array.from({ length: 10 }, () => refusal(wrong))).toEqual(Array.from({ length: 10 }, () => undefined));
    expect(wrong.areTooMany('p')).toBe(true);
    expect(refusal(wrong)).toBe(6_000);
    clock.advance(5_999);
    expect(wrong.areTooMany('p')).toBe(true);
    clock.advance(1);
    expect(wrong.areTooMany('p')).toBe(false);
    expect([refusal(wrong), refusal(wrong)]).toEqual([undefined, 6_000]);
  });

  it('are counted for each address', () => {
    const wrong = keys();
    for (let count = 0; count < 10; count += 1) wrong.note('p');

    expect(wrong.areTooMany('q')).toBe(false);
    expect(refusal(wrong, 'q')).toBeUndefined();
  });

  it('are remembered of so many addresses, and no more', () => {
    const wrong = keys();
    for (let count = 0; count < 10; count += 1) wrong.note('p');
    for (let peer = 0; peer < 9_999; peer += 1) wrong.note(`p${String(peer)}`);
    expect(wrong.areTooMany('p')).toBe(true);
    wrong.note('one more');

    expect(wrong.areTooMany('p')).toBe(false);
  });
});

describe('where a key comes from', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '::ffff:203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8::6', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    [undefined, 'unknown'],
  ])('is for %s the network %s', (address, peer) => {
    expect(peerOf(address)).toBe(peer);
  });
});
