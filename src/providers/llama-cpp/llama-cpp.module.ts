import { compatibleProvider } from '../../families/openai-chat/compatible.js';

export const llamaCpp = compatibleProvider({
  id: 'llama-cpp',
  displayName: 'llama.cpp',
  baseUrl: 'http://127.0.0.1:8080/v1',
  documentation: 'https://github.com/ggml-org/llama.cpp/tree/master/tools/server',
  differences: {
    isKeyOptional: true,
    takesTopK: true,
    speech: { reasoning: 'reasoning_content' },
  },
  localServer: { ownedBy: 'llamacpp' },
});
