import { compatibleProvider } from '../../families/openai-chat/compatible.js';

export const ollama = compatibleProvider({
  id: 'ollama',
  displayName: 'Ollama',
  baseUrl: 'http://127.0.0.1:11434/v1',
  documentation: 'https://docs.ollama.com/api/openai-compatibility',
  differences: {
    isKeyOptional: true,
    speech: { reasoning: 'reasoning' },
  },
  localServer: { ownedBy: 'library' },
  limitations: [{ about: 'provider', text: 'For the vendor’s cloud, set the address https://ollama.com/v1 and give a key.' }],
});
