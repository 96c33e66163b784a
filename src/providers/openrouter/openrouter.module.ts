import { compatibleProvider } from '../../families/openai-chat/compatible.js';

export const openRouter = compatibleProvider({
  id: 'openrouter',
  displayName: 'OpenRouter',
  baseUrl: 'https://openrouter.ai/api/v1',
  documentation: 'https://openrouter.ai/docs/api-reference/overview',
  differences: {
    takesTopK: true,
    takesReasoningDetails: true,
    reasoningWords: 'object',
    // The list of models is open to everybody; this path tells of the key that asks.
    keyProof: '/key',
    settingHeaders: { 'http-referer': 'siteUrl', 'x-title': 'siteName' },
    speech: { reasoning: 'reasoning', usage: 'finish-chunk' },
  },
  settings: {
    siteUrl: { text: "address of your application, for the vendor's rankings; sent only where it is set" },
    siteName: { text: "name of your application, for the vendor's rankings; sent only where it is set" },
  },
  imports: { environment: ['OPENROUTER_API_KEY'], accounts: { opencode: ['openrouter'] } },
});
