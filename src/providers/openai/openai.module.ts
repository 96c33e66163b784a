import { Module } from '@nestjs/common';

import { defineProvider } from '../../contracts/define-provider.js';
import { OpenAiApiKey } from './openai.api-key.js';
import { defaultBaseUrl, providerId } from './openai.calls.js';
import { OpenAiContext } from './openai.context.js';
import { OpenAiModels } from './openai.models.js';
import { dialects, OpenAiStreaming } from './openai.streaming.js';

@Module({})
class OpenAiModule {}

export const openAi = defineProvider(OpenAiModule, {
  id: providerId,
  displayName: 'OpenAI',
  apiKey: OpenAiApiKey,
  streaming: OpenAiStreaming,
  models: OpenAiModels,
  context: OpenAiContext,
  dialects,
  settings: {
    baseUrl: { text: 'address of the API, with its version', default: defaultBaseUrl },
  },
  imports: {
    environment: ['OPENAI_API_KEY'],
    accounts: { codex: ['tokens'], opencode: ['openai'], 'cli-proxy-api': ['codex'] },
    rotatesRefreshTokens: true,
  },
  limitations: [
    {
      about: 'streaming',
      text: 'Responses, the default, has no place for top-k, stop texts, seed and penalties, which are not sent; Chat Completions (providerOptions.openai.api) knows all but top-k.',
    },
    {
      about: 'models',
      text: 'The model list tells ids and dates only; limits and abilities come from a small catalogue of our own with its date, and are unknown for models that it does not name.',
    },
  ],
});
