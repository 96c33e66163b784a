import { compatibleProvider } from '../../families/openai-chat/compatible.js';

export const huggingFace = compatibleProvider({
  id: 'huggingface',
  displayName: 'Hugging Face',
  baseUrl: 'https://router.huggingface.co/v1',
  documentation: 'https://huggingface.co/docs/inference-providers',
  differences: {
    keyProof: 'none',
    lacksOptions: ['metadata', 'endUser'],
    operations: ['other'],
    speech: { reasoning: 'reasoning_content' },
  },
  imports: { environment: ['HF_TOKEN', 'HUGGINGFACE_API_KEY'], accounts: { opencode: ['huggingface'] } },
  limitations: [
    {
      about: 'streaming',
      text: 'The vendor hands each request to one of many hosts, which differ in what they take; a model’s name may choose one (model:host).',
    },
  ],
});
