import { ProviderId } from './provider-id.js';

describe('a provider id', () => {
  it.each(['ab', 'acme', 'open-thing', 'a1-b2-c3', 'x'.repeat(40)])('may be %s', (id) => {
    expect(ProviderId.parse(id)).toBe(id);
  });

  it.each(['', 'a', 'x'.repeat(41), 'Acme', '1acme', '-acme', 'acme-', 'open--thing', 'open_thing', 'açme', 'acme\n', '../etc', 'a:b'])(
    'may not be %j',
    (id) => {
      expect(ProviderId.is(id)).toBe(false);
      expect(() => ProviderId.parse(id)).toThrow(expect.objectContaining({ code: 'provider.id-invalid' }) as Error);
    },
  );
});
