import { defaultSessionName } from './default-session-name.js';
import { SessionName } from './session-name.js';

describe("a pair's default session name", () => {
  it('says the pair', () => {
    expect(defaultSessionName('openai', 'oauth')).toBe('default_openai_oauth');
    expect(defaultSessionName('openai', 'api_key')).toBe('default_openai_api_key');
  });

  it('is cut in the provider where it would be too long, and stays a name', () => {
    const name = defaultSessionName('p'.repeat(40), 'api_key');

    expect(name).toBe(`default_${'p'.repeat(34)}_api_key`);
    expect(name).toHaveLength(50);
  });

  it.each(['', 'my provider!', '🚀é', 'a/b'.repeat(80)])('is a name even where the provider is %j', (provider) => {
    expect(SessionName.is(defaultSessionName(provider, 'oauth'))).toBe(true);
  });
});
