import { compatibleProvider } from '../../families/openai-chat/compatible.js';

export const lmStudio = compatibleProvider({
  id: 'lm-studio',
  displayName: 'LM Studio',
  baseUrl: 'http://127.0.0.1:1234/v1',
  documentation: 'https://lmstudio.ai/docs/developer/openai-compat',
  differences: {
    isKeyOptional: true,
    takesTopK: true,
    speech: { reasoning: 'reasoning_content' },
  },
  localServer: { ownedBy: 'organization_owner' },
});
