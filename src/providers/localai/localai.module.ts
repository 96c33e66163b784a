import { compatibleProvider } from '../../families/openai-chat/compatible.js';

export const localAi = compatibleProvider({
  id: 'localai',
  displayName: 'LocalAI',
  baseUrl: 'http://127.0.0.1:8080/v1',
  documentation: 'https://localai.io/features/openai-functions',
  differences: {
    isKeyOptional: true,
    takesTopK: true,
  },
  localServer: {},
});
