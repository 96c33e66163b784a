import { compatibleProvider } from '../../families/openai-chat/compatible.js';

export const groq = compatibleProvider({
  id: 'groq',
  displayName: 'Groq',
  baseUrl: 'https://api.groq.com/openai/v1',
  documentation: 'https://console.groq.com/docs/openai',
  differences: {
    maxTokensField: 'max_completion_tokens',
    lacksOptions: ['logprobs'],
    speech: { reasoning: 'reasoning', usage: { under: 'x_groq' } },
  },
  imports: { environment: ['GROQ_API_KEY'], accounts: { opencode: ['groq'] } },
});
