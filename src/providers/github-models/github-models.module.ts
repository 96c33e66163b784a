import { compatibleProvider } from '../../families/openai-chat/compatible.js';

export const gitHubModels = compatibleProvider({
  id: 'github-models',
  displayName: 'GitHub Models',
  baseUrl: 'https://models.github.ai/inference',
  documentation: 'https://docs.github.com/en/rest/models/inference',
  differences: {
    headers: { 'x-github-api-version': '2022-11-28' },
    models: { path: '/../catalog/models' },
    keyProof: 'none',
    lacksOptions: ['logprobs', 'metadata', 'endUser'],
    operations: ['embeddings'],
    speech: { modelList: 'bare' },
  },
  imports: { environment: ['GITHUB_MODELS_TOKEN'], accounts: { opencode: ['github-models'] } },
  limitations: [{ about: 'api-key', text: 'A key is a personal access token with the permission models:read.' }],
});
