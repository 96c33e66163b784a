import { checkedBaseUrl } from './base-url.js';

const strict = { allowPrivate: false };
const open = { allowPrivate: true };

describe("a session's own base URL", () => {
  it.each([
    ['https://api.example.com', 'https://api.example.com'],
    ['https://API.example.com:8443/v1/', 'https://api.example.com:8443/v1'],
    ['https://8.8.8.8/x//', 'https://8.8.8.8/x'],
    ['https://[2606:4700::1111]', 'https://[2606:4700::1111]'],
    ['https://api.example.com./v1', 'https://api.example.com./v1'],
  ])('takes %s as %s', (given, kept) => {
    expect(checkedBaseUrl(given, strict)).toBe(kept);
  });

  it.each([
    ['nonsense', 'no absolute URL'],
    ['/v1', 'no absolute URL'],
    ['ftp://example.com', 'only https'],
    ['file:///etc/passwd', 'only https'],
    ['http://api.example.com', 'only https'],
    ['https://user@api.example.com', 'stored in clear'],
    ['https://:secret@api.example.com', 'stored in clear'],
    ['https://api.example.com/v1?key=1', 'no query'],
    ['https://api.example.com/#x', 'no fragment'],
    ['https://127.0.0.1', 'no public address'],
    ['https://2130706433', 'no public address'],
    ['https://0x7f.1', 'no public address'],
    ['https://10.1.2.3', 'no public address'],
    ['https://169.254.169.254', 'no public address'],
    ['https://[::1]', 'no public address'],
    ['https://[::ffff:10.0.0.1]', 'no public address'],
    ['https://localhost', 'inner network'],
    ['https://database', 'inner network'],
    ['https://metadata.google.internal', 'inner network'],
    ['https://printer.local.', 'inner network'],
    ['https://a.localhost', 'inner network'],
  ])('refuses %s: %s', (given, why) => {
    expect(() => checkedBaseUrl(given, strict)).toThrow(
      expect.objectContaining({ code: 'session.base-url-refused', message: expect.stringContaining(why) }) as Error,
    );
  });

  it.each(['http://127.0.0.1:8080', 'https://localhost/v1', 'http://10.0.0.1'])('takes %s where private upstreams are allowed', (given) => {
    expect(checkedBaseUrl(given, open)).toBe(given);
  });

  it.each(['ftp://10.0.0.1', 'http://user:secret@10.0.0.1', 'http://10.0.0.1/?a=1', 'nonsense'])('refuses %s even then', (given) => {
    expect(() => checkedBaseUrl(given, open)).toThrow(expect.objectContaining({ code: 'session.base-url-refused' }) as Error);
  });
});
