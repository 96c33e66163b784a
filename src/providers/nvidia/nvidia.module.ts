import { compatibleProvider } from '../../families/openai-chat/compatible.js';

export const nvidia = compatibleProvider({
  id: 'nvidia',
  displayName: 'NVIDIA NIM',
  baseUrl: 'https://integrate.api.nvidia.com/v1',
  documentation: 'https://docs.api.nvidia.com/nim/reference/llm-apis',
  differences: {
    lacksOptions: ['metadata', 'endUser'],
    keyProof: 'none',
    speech: { reasoning: 'reasoning_content' },
  },
  imports: { environment: ['NVIDIA_API_KEY'], accounts: { opencode: ['nvidia'] } },
});
