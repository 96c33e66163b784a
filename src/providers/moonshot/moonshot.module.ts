import { compatibleProvider } from '../../families/openai-chat/compatible.js';

export const moonshot = compatibleProvider({
  id: 'moonshot',
  displayName: 'Moonshot AI',
  baseUrl: 'https://api.moonshot.ai/v1',
  documentation: 'https://platform.moonshot.ai/docs/api/chat',
  differences: {
    reasoningWords: 'switch',
    takesReasoningBack: true,
    lacksOptions: ['seed', 'logprobs', 'metadata', 'endUser'],
    operations: ['other'],
    speech: { reasoning: 'reasoning_content', usage: 'choice' },
  },
  imports: { environment: ['MOONSHOT_API_KEY'], accounts: { opencode: ['moonshotai'] } },
  limitations: [
    { about: 'provider', text: 'Keys of the vendor’s platform in China are for https://api.moonshot.cn/v1; set that address.' },
  ],
});
