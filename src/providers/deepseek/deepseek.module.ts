import { compatibleProvider } from '../../families/openai-chat/compatible.js';

export const deepSeek = compatibleProvider({
  id: 'deepseek',
  displayName: 'DeepSeek',
  baseUrl: 'https://api.deepseek.com',
  documentation: 'https://api-docs.deepseek.com',
  differences: {
    reasoningWords: 'switch',
    takesReasoningBack: true,
    lacksOptions: ['seed', 'metadata'],
    operations: ['other'],
    speech: { reasoning: 'reasoning_content', usage: 'finish-chunk' },
  },
  imports: { environment: ['DEEPSEEK_API_KEY'], accounts: { opencode: ['deepseek'] } },
});
