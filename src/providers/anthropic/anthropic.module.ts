import { Module } from '@nestjs/common';

import { defineProvider } from '../../contracts/define-provider.js';
import { oauthSettings } from '../../kit/oauth/oauth-settings.js';
import { AnthropicApiKey } from './anthropic.api-key.js';
import { defaultBaseUrl, providerId } from './anthropic.calls.js';
import { federationSettings } from './anthropic.federation.js';
import { AnthropicModels } from './anthropic.models.js';
import { AnthropicOAuth, loginTraits, oauthDefaults, termsReadOn } from './anthropic.oauth.js';
import { AnthropicStreaming, dialects } from './anthropic.streaming.js';

@Module({})
export class AnthropicModule {}

export const anthropic = defineProvider(AnthropicModule, {
  id: providerId,
  displayName: 'Anthropic',
  oauth: AnthropicOAuth,
  login: loginTraits,
  apiKey: AnthropicApiKey,
  streaming: AnthropicStreaming,
  models: AnthropicModels,
  dialects,
  settings: {
    baseUrl: { text: 'address of the Messages API, without a version', default: defaultBaseUrl },
    ...oauthSettings(oauthDefaults),
    ...federationSettings,
  },
  imports: {
    environment: ['ANTHROPIC_API_KEY'],
    accounts: { opencode: ['anthropic'], 'cli-proxy-api': ['claude'] },
    rotatesRefreshTokens: true,
  },
  limitations: [
    {
      about: 'oauth',
      text: 'Logging in with a Claude subscription is meant for Claude Code and the vendor’s other native applications; the vendor does not allow third parties to offer it for their users. Use an API key, federation, or a client that the vendor gave you, and accept this only if your own agreement allows it.',
      source: 'https://code.claude.com/docs/en/legal-and-compliance',
      readOn: termsReadOn,
      needsConsent: true,
    },
    {
      about: 'oauth',
      text: 'Tokens of subscriptions may be refused for requests that do not come from the vendor’s own applications; Maestro does not pretend to be one.',
    },
    {
      about: 'oauth',
      text: 'Federation trades an identity token of your platform for a token that lives for minutes; it needs no browser and no consent.',
      source: 'https://platform.claude.com/docs/en/manage-claude/wif-reference',
      readOn: '2026-11-22',
    },
    {
      about: 'oauth',
      text: 'Unverified: neither logins nor federation were ever tried against the vendor itself, only against the simulator.',
    },
    {
      about: 'streaming',
      text: 'Seed, frequency and presence penalty, log probabilities and metadata other than the end user have no place on this wire and are not sent; JSON output needs a schema.',
    },
    {
      about: 'models',
      text: 'The model list does not tell whether a model takes tools.',
    },
  ],
});
