import { retriesFrom } from './retries-header.js';

describe('the header x-maestro-retries', () => {
  it.each(['0', '1', '2'])('says how often a provider is asked again: %s', (value) => {
    expect(retriesFrom({ 'x-maestro-retries': value })).toEqual({ retries: Number(value) });
  });

  it('leaves it to the default where it is not sent', () => {
    expect(retriesFrom({})).toEqual({});
  });

  it.each<string | string[]>(['3', '-1', '', 'no', '1, 1', ['0', '0']])('is refused where it says %j', (value) => {
    expect(() => retriesFrom({ 'x-maestro-retries': value })).toThrow('x-maestro-retries must be 0, 1 or 2');
  });
});
