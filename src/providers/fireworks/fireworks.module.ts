import { compatibleProvider } from '../../families/openai-chat/compatible.js';

export const fireworks = compatibleProvider({
  id: 'fireworks',
  displayName: 'Fireworks AI',
  baseUrl: 'https://api.fireworks.ai/inference/v1',
  documentation: 'https://docs.fireworks.ai/tools-sdks/openai-compatibility',
  differences: {
    takesTopK: true,
    takesReasoningBack: true,
    speech: { reasoning: 'reasoning_content', usage: 'finish-chunk' },
  },
  imports: { environment: ['FIREWORKS_API_KEY'], accounts: { opencode: ['fireworks-ai'] } },
});
