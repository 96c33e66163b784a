import { compatibleProvider } from '../../families/openai-chat/compatible.js';

export const sambaNova = compatibleProvider({
  id: 'sambanova',
  displayName: 'SambaNova',
  baseUrl: 'https://api.sambanova.ai/v1',
  documentation: 'https://docs.sambanova.ai/cloud/docs/api-reference/overview',
  differences: {
    takesTopK: true,
    keyProof: 'none',
    lacksOptions: ['seed', 'frequencyPenalty', 'presencePenalty', 'metadata', 'endUser'],
    speech: { reasoning: 'reasoning' },
  },
  imports: { environment: ['SAMBANOVA_API_KEY'] },
});
