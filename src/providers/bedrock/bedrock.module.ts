import { Module } from '@nestjs/common';

import { defineProvider } from '../../contracts/define-provider.js';
import { BedrockApiKey } from './bedrock.api-key.js';
import { defaultRegion } from './bedrock.client.js';
import { providerId } from './bedrock.credentials.js';
import { BedrockModels } from './bedrock.models.js';
import { packageName } from './bedrock.sdk.js';
import { BedrockStreaming } from './bedrock.streaming.js';

@Module({})
class BedrockModule {}

export const bedrock = defineProvider(BedrockModule, {
  id: providerId,
  displayName: 'Amazon Bedrock',
  apiKey: BedrockApiKey,
  streaming: BedrockStreaming,
  models: BedrockModels,
  settings: {
    baseUrl: { text: 'address that models are asked at; without it the host of the region' },
    controlUrl: { text: 'address that models are listed at; without it the host of the region, or the address above' },
    region: { text: 'region of sessions whose credentials name none', default: defaultRegion },
    defaultChain: { text: 'true to let sessions use the credentials of this machine, with the key default-chain' },
  },
  imports: { environment: ['AWS_BEARER_TOKEN_BEDROCK'] },
  limitations: [
    {
      about: 'streaming',
      text: `Chats need the package ${packageName} installed beside Maestro; without it each of them says so, and everything else serves.`,
    },
    {
      about: 'streaming',
      text: 'How a model thinks is told in its own words (providerOptions.bedrock.additionalModelRequestFields); topK, seed, penalties, log probabilities, response formats and the end user have no place on this wire and are not sent. Pictures and files go as data or s3:// addresses.',
    },
    {
      about: 'models',
      text: 'The list is a region’s, without limits; many models are asked by an inference profile (us.…, eu.…) that it does not name.',
    },
    {
      about: 'provider',
      text: 'Unverified: never tried against the vendor itself, only against the simulator, with the vendor’s own package on our side.',
    },
  ],
});
