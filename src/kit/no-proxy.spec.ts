import { noProxyFrom } from './no-proxy.js';

describe('the hosts that are reached without a proxy', () => {
  it.each([
    ['api.acme.test', 'https://api.acme.test/v1', true],
    ['acme.test', 'https://api.acme.test/v1', true],
    ['.acme.test', 'https://api.acme.test/v1', true],
    ['*.acme.test', 'https://api.acme.test/v1', true],
    ['acme.test', 'https://notacme.test/v1', false],
    ['api.acme.test', 'https://acme.test/v1', false],
    ['ACME.test', 'https://acme.TEST./v1', true],
    ['one.test, acme.test', 'https://acme.test/', true],
    ['one.test acme.test', 'https://acme.test/', true],
    ['acme.test:8443', 'https://acme.test:8443/', true],
    ['acme.test:8443', 'https://acme.test/', false],
    ['acme.test:443', 'https://acme.test/', true],
    ['acme.test:80', 'http://acme.test/', true],
    ['*', 'https://acme.test/', true],
    ['', 'https://acme.test/', false],
    ['127.0.0.1', 'http://127.0.0.1:4000/', true],
    ['10.0.0.0/8', 'http://10.1.2.3/', true],
    ['10.0.0.0/8', 'http://11.1.2.3/', false],
    ['10.0.0.0/99', 'http://10.1.2.3/', false],
    ['10.0.0.0/8', 'http://ten.test/', false],
    ['::1', 'http://[::1]:4000/', true],
    ['[::1]', 'http://[::1]/', true],
    ['fd00::/8', 'http://[fd12::3]/', true],
    ['127.0.0.1:4000', 'http://127.0.0.1:4000/', true],
    ['127.0.0.1:4000', 'http://127.0.0.1:5000/', false],
  ])('%j, asked for %s: %s', (list, url, expected) => {
    expect(noProxyFrom(list)(new URL(url))).toBe(expected);
  });
});
