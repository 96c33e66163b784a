import { compatibleProvider } from '../../families/openai-chat/compatible.js';

export const zAi = compatibleProvider({
  id: 'zai',
  displayName: 'Z.ai',
  baseUrl: 'https://api.z.ai/api/paas/v4',
  documentation: 'https://docs.z.ai/api-reference/llm/chat-completion',
  differences: {
    reasoningWords: 'switch',
    takesReasoningBack: true,
    lacksOptions: ['seed', 'frequencyPenalty', 'presencePenalty', 'logprobs', 'parallelToolCalls', 'metadata'],
    operations: ['other'],
    speech: { reasoning: 'reasoning_content', usage: 'finish-chunk' },
  },
  imports: { environment: ['ZAI_API_KEY'], accounts: { opencode: ['zai'] } },
  limitations: [{ about: 'provider', text: 'Keys of a coding plan are for https://api.z.ai/api/coding/paas/v4; set that address.' }],
});
