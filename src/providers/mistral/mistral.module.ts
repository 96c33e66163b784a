import { compatibleProvider } from '../../families/openai-chat/compatible.js';

/** https://docs.mistral.ai/api: fields that it does not know are refused with 422. */
export const mistral = compatibleProvider({
  id: 'mistral',
  displayName: 'Mistral',
  baseUrl: 'https://api.mistral.ai/v1',
  differences: {
    countsUnasked: true,
    seedField: 'random_seed',
    lacksOptions: ['logprobs', 'endUser'],
    refusedFields: { stream_options: null, max_completion_tokens: 'max_tokens', seed: 'random_seed', user: null },
    speech: { reasoning: 'content-parts', usage: 'finish-chunk', lacksCallIndex: true },
  },
  imports: { environment: ['MISTRAL_API_KEY'], accounts: { opencode: ['mistral'] } },
});
