import { compatibleProvider } from '../../families/openai-chat/compatible.js';

export const cerebras = compatibleProvider({
  id: 'cerebras',
  displayName: 'Cerebras',
  baseUrl: 'https://api.cerebras.ai/v1',
  documentation: 'https://inference-docs.cerebras.ai/resources/openai',
  differences: {
    maxTokensField: 'max_completion_tokens',
    lacksOptions: ['frequencyPenalty', 'presencePenalty', 'parallelToolCalls', 'metadata'],
    // It answers 400 for these.
    refusedFields: { frequency_penalty: null, presence_penalty: null, logit_bias: null, service_tier: null },
    operations: ['other'],
    speech: { reasoning: 'reasoning' },
  },
  imports: { environment: ['CEREBRAS_API_KEY'], accounts: { opencode: ['cerebras'] } },
});
