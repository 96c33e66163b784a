import { compatibleProvider } from '../../families/openai-chat/compatible.js';

export const textGenerationInference = compatibleProvider({
  id: 'text-generation-inference',
  displayName: 'Text Generation Inference',
  baseUrl: 'http://127.0.0.1:3000/v1',
  documentation: 'https://huggingface.co/docs/text-generation-inference/reference/api_reference',
  differences: {
    isKeyOptional: true,
  },
  localServer: {},
});
