import { compatibleProvider } from '../../families/openai-chat/compatible.js';

export const togetherAi = compatibleProvider({
  id: 'together',
  displayName: 'Together AI',
  baseUrl: 'https://api.together.xyz/v1',
  documentation: 'https://docs.together.ai/docs/openai-api-compatibility',
  differences: {
    takesTopK: true,
    lacksOptions: ['metadata', 'endUser'],
    speech: { reasoning: 'reasoning', usage: 'finish-chunk', stopWord: 'eos', modelList: 'bare' },
  },
  imports: { environment: ['TOGETHER_API_KEY'], accounts: { opencode: ['togetherai'] } },
});
