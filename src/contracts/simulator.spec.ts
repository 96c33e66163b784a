import { defineSimulator, isProviderSimulator } from './simulator.js';

describe('a simulator', () => {
  it('is known by its mark', () => {
    const unmarked = {
      provider: 'acme',
      apiKey: 'k',
      demo: { session: 's', model: 'm', prompt: 'p' },
      start: () => Promise.reject(new Error('unused')),
    };
    expect(isProviderSimulator(unmarked)).toBe(false);
    expect(isProviderSimulator(defineSimulator(unmarked))).toBe(true);
    expect([null, undefined, 'acme'].some(isProviderSimulator)).toBe(false);
  });
});
