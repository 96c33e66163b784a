import { compatibleProvider } from '../../families/openai-chat/compatible.js';

export const mistral = compatibleProvider({
  id: 'mistral',
  displayName: 'Mistral',
  baseUrl: 'https://api.mistral.ai/v1',
  documentation: 'https://docs.mistral.ai/api',
  differences: {
    countsUnasked: true,
    seedField: 'random_seed',
    lacksOptions: ['logprobs', 'endUser'],
    // It answers 422 for every field that it does not know.
    refusedFields: { stream_options: null, max_completion_tokens: 'max_tokens', seed: 'random_seed', user: null },
    speech: { reasoning: 'content-parts', usage: 'finish-chunk', lacksCallIndex: true },
  },
  imports: { environment: ['MISTRAL_API_KEY'], accounts: { opencode: ['mistral'] } },
});
