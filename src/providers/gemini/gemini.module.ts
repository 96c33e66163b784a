import { Module } from '@nestjs/common';

import { defineProvider } from '../../contracts/define-provider.js';
import { GeminiApiKey } from './gemini.api-key.js';
import { defaultBaseUrl, providerId } from './gemini.calls.js';
import { GeminiModels } from './gemini.models.js';
import { dialects, GeminiStreaming } from './gemini.streaming.js';

@Module({})
class GeminiModule {}

export const gemini = defineProvider(GeminiModule, {
  id: providerId,
  displayName: 'Google Gemini',
  apiKey: GeminiApiKey,
  streaming: GeminiStreaming,
  models: GeminiModels,
  dialects,
  settings: {
    baseUrl: { text: 'address of the Gemini API, without a version', default: defaultBaseUrl },
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
      about: 'models',
      text: 'The model list tells token limits and thinking, but not whether a model takes tools or pictures.',
    },
  ],
});
