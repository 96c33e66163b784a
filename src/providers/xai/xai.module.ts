import { compatibleProvider } from '../../families/openai-chat/compatible.js';

export const xAi = compatibleProvider({
  id: 'xai',
  displayName: 'xAI',
  baseUrl: 'https://api.x.ai/v1',
  documentation: 'https://docs.x.ai/docs/api-reference',
  differences: {
    maxTokensField: 'max_completion_tokens',
    lacksOptions: ['metadata'],
    speech: { reasoning: 'reasoning_content' },
  },
  imports: { environment: ['XAI_API_KEY'], accounts: { opencode: ['xai'] } },
  limitations: [
    {
      about: 'streaming',
      text: 'Models that think take no stop texts and no penalties, and the vendor refuses a request that has them.',
      source: 'https://docs.x.ai/docs/guides/reasoning',
    },
  ],
});
