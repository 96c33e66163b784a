import { compatibleProvider } from '../../families/openai-chat/compatible.js';

export const cohere = compatibleProvider({
  id: 'cohere',
  displayName: 'Cohere',
  baseUrl: 'https://api.cohere.ai/compatibility/v1',
  documentation: 'https://docs.cohere.com/docs/compatibility-api',
  differences: {
    // This layer has no list of its own.
    models: { path: '/../../v1/models', idField: 'name' },
    lacksOptions: ['logprobs', 'parallelToolCalls', 'metadata', 'endUser'],
    operations: ['embeddings'],
    speech: { modelList: 'models' },
  },
  imports: { environment: ['COHERE_API_KEY', 'CO_API_KEY'], accounts: { opencode: ['cohere'] } },
});
