import { Module } from '@nestjs/common';

import { defineProvider } from '../../contracts/define-provider.js';
import { federatedTraits } from '../../families/federated.js';
import { AzureApiKey } from './azure.api-key.js';
import { providerId } from './azure.client.js';
import { entraSettings } from './azure.entra.js';
import { AzureModels } from './azure.models.js';
import { AzureOAuth } from './azure.oauth.js';
import { AzureStreaming, dialects } from './azure.streaming.js';

@Module({})
class AzureModule {}

export const azure = defineProvider(AzureModule, {
  id: providerId,
  displayName: 'Azure OpenAI',
  telemetryName: 'azure.ai.openai',
  oauth: AzureOAuth,
  login: federatedTraits,
  apiKey: AzureApiKey,
  streaming: AzureStreaming,
  models: AzureModels,
  dialects,
  settings: {
    baseUrl: { text: 'address of the resource (https://<resource>.openai.azure.com) of sessions that name none of their own' },
    apiVersion: { text: 'v1, or the dated version that the paths with a deployment are asked in', default: 'v1' },
    api: { text: 'what a request that does not say goes to: chat-completions or responses', default: 'chat-completions' },
    ...entraSettings,
  },
  imports: { environment: ['AZURE_OPENAI_API_KEY', 'AZURE_API_KEY'] },
  limitations: [
    {
      about: 'models',
      text: 'A chat names a deployment. The list tells the models that the resource could deploy: which deployments there are, an API with keys does not tell.',
    },
    {
      about: 'streaming',
      text: 'Every chat model answers Chat Completions under the v1 paths, also those of other makers; not every one answers Responses, and a few answer nothing else: say which with providerOptions.azure.api, the session’s api, or the setting.',
      source: 'https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle',
      readOn: '2026-11-23',
    },
    {
      about: 'oauth',
      text: 'A login is made by federation, with the identity of the platform that the gateway runs on. An application of Entra ID with a secret is a session of type api_key, with tenantId and clientId beside the secret.',
    },
    {
      about: 'provider',
      text: 'Unverified: never tried against the vendor itself, only against recorded answers and the simulator.',
    },
  ],
});
