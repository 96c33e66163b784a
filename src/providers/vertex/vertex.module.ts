import { Module } from '@nestjs/common';

import { defineProvider } from '../../contracts/define-provider.js';
import { federatedTraits } from '../../families/federated.js';
import { VertexApiKey } from './vertex.api-key.js';
import { defaultLocation, providerId } from './vertex.client.js';
import { defaultPublishers, VertexModels } from './vertex.models.js';
import { VertexOAuth } from './vertex.oauth.js';
import { defaultTokenUrl } from './vertex.service-account.js';
import { dialects, VertexStreaming } from './vertex.streaming.js';

@Module({})
class VertexModule {}

export const vertex = defineProvider(VertexModule, {
  id: providerId,
  displayName: 'Google Vertex AI',
  oauth: VertexOAuth,
  login: federatedTraits,
  apiKey: VertexApiKey,
  streaming: VertexStreaming,
  models: VertexModels,
  dialects,
  settings: {
    baseUrl: { text: 'address of the API without a version; without it the host of the location' },
    project: { text: 'project of sessions whose credentials name none' },
    location: { text: 'location of sessions whose credentials name none', default: defaultLocation },
    publishers: { text: 'whose models are listed, separated by blanks', default: defaultPublishers },
    tokenUrl: { text: 'where signatures of service accounts are traded for tokens', default: defaultTokenUrl },
    applicationDefault: { text: 'true to let sessions log in by federation with the application default credentials of this machine' },
  },
  limitations: [
    {
      about: 'api-key',
      text: 'A key of the express mode asks the vendor’s own models at the global address only; models of other publishers need a service account or a login.',
      source: 'https://cloud.google.com/vertex-ai/generative-ai/docs/start/express-mode/vertex-ai-express-mode-api-reference',
      readOn: '2026-11-23',
    },
    {
      about: 'oauth',
      text: 'A login is made by federation, with the application default credentials of the machine that the gateway runs on, where its operator allows that. The vendor’s library asks for them by its own way out, not by Maestro’s.',
    },
    {
      about: 'models',
      text: 'The list is what publishers have in the garden, also what is no chat model, without limits and abilities; a model that a project was not admitted to is refused by the first chat only.',
    },
    {
      about: 'provider',
      text: 'Unverified: never tried against the vendor itself, only against recorded answers and the simulator.',
    },
  ],
});
