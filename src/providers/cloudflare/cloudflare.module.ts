import { compatibleProvider } from '../../families/openai-chat/compatible.js';

export const cloudflare = compatibleProvider({
  id: 'cloudflare',
  displayName: 'Cloudflare Workers AI',
  baseUrl: 'https://api.cloudflare.com/client/v4/accounts/{accountId}/ai/v1',
  documentation: 'https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility',
  differences: {
    models: { path: '/../models/search', idField: 'name' },
    lacksOptions: ['logprobs', 'metadata', 'endUser'],
    operations: ['embeddings'],
    speech: { modelList: 'result' },
  },
  settings: {
    accountId: { text: 'account that the models run in; a session may have its own beside its key (accountId)' },
  },
  imports: { environment: ['CLOUDFLARE_API_TOKEN'], accounts: { opencode: ['cloudflare-workers-ai'] } },
});
