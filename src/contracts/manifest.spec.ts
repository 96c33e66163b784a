import { environmentNameOf } from './manifest.js';

describe('the environment name of a setting', () => {
  it.each([
    ['acme', 'baseUrl', 'ACME_BASE_URL'],
    ['open-thing', 'baseUrl', 'OPEN_THING_BASE_URL'],
    ['open-thing-2', 'key', 'OPEN_THING_2_KEY'],
    ['acme', 'oauthClientId', 'ACME_OAUTH_CLIENT_ID'],
    ['acme', 'region1Name', 'ACME_REGION1_NAME'],
    ['acme', 'api-version', 'ACME_API_VERSION'],
  ])('of %s %s is %s', (provider, setting, name) => {
    expect(environmentNameOf(provider, setting)).toBe(name);
  });
});
