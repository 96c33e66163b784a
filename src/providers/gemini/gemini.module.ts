import { Module } from '@nestjs/common';

import { defineProvider } from '../../contracts/define-provider.js';
import { oauthSettings } from '../../kit/oauth/oauth-settings.js';
import { GeminiApiKey } from './gemini.api-key.js';
import { defaultBaseUrl, providerId } from './gemini.calls.js';
import { GeminiModels } from './gemini.models.js';
import { GeminiOAuth, loginTraits, oauthDefaults } from './gemini.oauth.js';
import { dialects, GeminiStreaming } from './gemini.streaming.js';

@Module({})
class GeminiModule {}

export const gemini = defineProvider(GeminiModule, {
  id: providerId,
  displayName: 'Google Gemini',
  telemetryName: 'gcp.gemini',
  oauth: GeminiOAuth,
  login: loginTraits,
  apiKey: GeminiApiKey,
  streaming: GeminiStreaming,
  models: GeminiModels,
  dialects,
  settings: {
    baseUrl: { text: 'address of the Gemini API, without a version', default: defaultBaseUrl },
    ...oauthSettings(oauthDefaults),
    oauthProject: { text: 'Google Cloud project on whose quota the calls of a login are' },
  },
  imports: {
    environment: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    accounts: { opencode: ['google'], 'cli-proxy-api': ['gemini'] },
  },
  limitations: [
    {
      about: 'streaming',
      text: 'Metadata, the end user and parallelToolCalls have no place on this wire and are not sent.',
    },
    {
      about: 'api-key',
      text: 'A key that may list models may still be refused for chats: what a key is restricted to is told by the first chat only.',
      source: 'https://discuss.ai.google.dev/t/173800',
      readOn: '2026-11-22',
    },
    {
      about: 'oauth',
      text: 'Logins need an OAuth client of your own, made in your own Google Cloud project, with the Generative Language API enabled there. While the consent screen is in testing, only its test users can log in, and refresh tokens die after seven days.',
      source: 'https://ai.google.dev/gemini-api/docs/oauth',
      readOn: '2026-11-22',
    },
    {
      about: 'oauth',
      text: 'The client of the vendor’s command line tool must not be used from here: its makers call that a breach of the terms and a ground for suspension.',
      source: 'https://github.com/google-gemini/gemini-cli/blob/main/docs/resources/tos-privacy.md',
      readOn: '2026-11-22',
    },
    {
      about: 'oauth',
      text: 'Unverified: never tried against the vendor itself, only against a certified OAuth server and the simulator.',
    },
    {
      about: 'models',
      text: 'The model list tells token limits and thinking, but not whether a model takes tools or pictures.',
    },
  ],
});
