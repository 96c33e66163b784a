import { compatibleProvider } from '../../families/openai-chat/compatible.js';

export const vLlm = compatibleProvider({
  id: 'vllm',
  displayName: 'vLLM',
  baseUrl: 'http://127.0.0.1:8000/v1',
  documentation: 'https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html',
  differences: {
    isKeyOptional: true,
    takesTopK: true,
    speech: { reasoning: 'reasoning_content' },
  },
  localServer: { ownedBy: 'vllm' },
});
