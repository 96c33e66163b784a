import { Module } from '@nestjs/common';

import { defineProvider } from '../../contracts/define-provider.js';
import { AnthropicApiKey } from './anthropic.api-key.js';
import { defaultBaseUrl, providerId } from './anthropic.calls.js';
import { AnthropicModels } from './anthropic.models.js';
import { AnthropicStreaming, dialects } from './anthropic.streaming.js';

@Module({})
export class AnthropicModule {}

export const anthropic = defineProvider(AnthropicModule, {
  id: providerId,
  displayName: 'Anthropic',
  apiKey: AnthropicApiKey,
  streaming: AnthropicStreaming,
  models: AnthropicModels,
  dialects,
  settings: {
    baseUrl: { text: 'address of the Messages API, without a version', default: defaultBaseUrl },
  },
  imports: {
    environment: ['ANTHROPIC_API_KEY'],
    accounts: { opencode: ['anthropic'], 'cli-proxy-api': ['claude'] },
    rotatesRefreshTokens: true,
  },
  limitations: [
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
