import type { ProviderSettings } from '../contracts/provider-client.js';
import { Secret } from '../contracts/secret.js';
import type { KeyForm } from './api-key.js';
import { clientAt, keyVerdict } from './api-key.js';
import { httpClient } from './http-client.js';

describe('the form of a key', () => {
  const form: KeyForm = {
    provider: 'acme',
    refused: [[/^token-/, 'it is a token']],
    warnings: [
      [/^admin-/, 'it is an admin key'],
      [/^(?!acme-)/, 'keys start with acme-'],
    ],
  };

  it.each([
    ['', 'it is empty'],
    ['acme-1 2', 'it has blanks or characters that no key has'],
    ['acme-é', 'it has blanks or characters that no key has'],
    [`acme-${'1'.repeat(508)}`, 'it is longer than 512 characters'],
    ['token-1', 'it is a token'],
  ])('is refused: %j', (key, problem) => {
    expect(thrownBy(() => keyVerdict(form, Secret.of(key)))).toMatchObject({
      code: 'session.key-invalid',
      parameters: { provider: 'acme', problem },
    });
  });

  it.each([
    ['acme-1', {}],
    ['admin-1', { warning: 'it is an admin key' }],
    ['other-1', { warning: 'keys start with acme-' }],
  ])('is taken: %s', (key, verdict) => {
    expect(keyVerdict(form, Secret.of(key))).toEqual(verdict);
    expect(keyVerdict({ provider: 'acme', warnings: [] }, Secret.of(key))).toEqual({});
  });
});

describe('the address of a client', () => {
  const http = httpClient();
  const settingsWith = (baseUrl: string | undefined): ProviderSettings => ({ text: () => baseUrl, secret: () => undefined });

  it.each([
    ['https://own.example/v1//', 'https://set.example', 'https://own.example/v1'],
    [undefined, 'https://set.example/', 'https://set.example'],
    [undefined, undefined, 'https://default.example'],
  ])('is the nearest that is known: %s, %s', (baseUrl, configured, expected) => {
    const parts = { defaultBaseUrl: 'https://default.example/', authorise: () => undefined, http };
    expect(clientAt({ ...parts, baseUrl, settings: settingsWith(configured) }).baseUrl).toBe(expected);
  });
});

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
