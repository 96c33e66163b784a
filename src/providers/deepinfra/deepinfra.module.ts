import { compatibleProvider } from '../../families/openai-chat/compatible.js';

export const deepInfra = compatibleProvider({
  id: 'deepinfra',
  displayName: 'DeepInfra',
  baseUrl: 'https://api.deepinfra.com/v1/openai',
  documentation: 'https://deepinfra.com/docs/openai_api',
  differences: {
    keyProof: 'none',
    lacksOptions: ['metadata'],
    speech: { reasoning: 'reasoning_content' },
  },
  imports: { environment: ['DEEPINFRA_API_KEY', 'DEEPINFRA_TOKEN'], accounts: { opencode: ['deepinfra'] } },
});
