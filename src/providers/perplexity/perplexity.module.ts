import { compatibleProvider } from '../../families/openai-chat/compatible.js';

export const perplexity = compatibleProvider({
  id: 'perplexity',
  displayName: 'Perplexity',
  baseUrl: 'https://api.perplexity.ai',
  documentation: 'https://docs.perplexity.ai/api-reference/chat-completions-post',
  differences: {
    takesTopK: true,
    models: { path: '/v1/models' },
    keyProof: 'none',
    lacksOptions: ['seed', 'logprobs', 'metadata', 'endUser', 'toolChoice', 'parallelToolCalls'],
    operations: ['other'],
    speech: { usage: 'finish-chunk' },
  },
  imports: { environment: ['PERPLEXITY_API_KEY', 'PPLX_API_KEY'], accounts: { opencode: ['perplexity'] } },
  limitations: [
    {
      about: 'models',
      text: 'The list names models of the vendor’s agents, which are not those that chat: they are sonar, sonar-pro and their kin.',
    },
    { about: 'streaming', text: 'Models of this vendor search the web themselves and call no tools of yours.' },
  ],
});
