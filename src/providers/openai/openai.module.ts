import { Module } from '@nestjs/common';

import { defineProvider } from '../../contracts/define-provider.js';
import { OpenAiApiKey } from './openai.api-key.js';
import { defaultBaseUrl, providerId } from './openai.calls.js';
import { chatGptSettings } from './openai.chatgpt.js';
import { OpenAiContext } from './openai.context.js';
import { federationSettings } from './openai.federation.js';
import { loginSettings, loginTraits, termsReadOn } from './openai.login-flow.js';
import { OpenAiModels } from './openai.models.js';
import { OpenAiOAuth } from './openai.oauth.js';
import { dialects, OpenAiStreaming } from './openai.streaming.js';

@Module({})
class OpenAiModule {}

export const openAi = defineProvider(OpenAiModule, {
  id: providerId,
  displayName: 'OpenAI',
  oauth: OpenAiOAuth,
  login: loginTraits,
  apiKey: OpenAiApiKey,
  streaming: OpenAiStreaming,
  models: OpenAiModels,
  context: OpenAiContext,
  dialects,
  settings: {
    baseUrl: { text: 'address of the API, with its version', default: defaultBaseUrl },
    ...loginSettings,
    ...chatGptSettings,
    ...federationSettings,
  },
  imports: {
    environment: ['OPENAI_API_KEY'],
    accounts: { codex: ['tokens'], opencode: ['openai'], 'cli-proxy-api': ['codex'] },
    rotatesRefreshTokens: true,
  },
  limitations: [
    {
      about: 'oauth',
      text: 'Logging in with a ChatGPT subscription is offered to the vendor’s own programs and, as Sign in with ChatGPT, to clients that were registered for it; nowhere does the vendor publicly allow everybody to use its backend with it. Use an API key, federation, or a client that the vendor gave you, and accept this only if your own agreement allows it.',
      source: 'https://developers.openai.com/siwc/quickstart',
      readOn: termsReadOn,
      needsConsent: true,
    },
    {
      about: 'oauth',
      text: 'ChatGPT’s backend is undocumented and may refuse requests that do not come from the vendor’s own programs; Maestro does not pretend to be one. It takes Responses only, streamed and not stored, without limits of tokens and sampling options, has no list of models and no cheap way to test a session.',
      source: 'https://github.com/openai/codex',
      readOn: termsReadOn,
    },
    {
      about: 'oauth',
      text: 'Maestro registers no client with the vendor by itself: for Sign in with ChatGPT, set the client id that you were issued, its addresses and scopes, and the mode api.',
      source: 'https://developers.openai.com/siwc/token-sharing-open-source/sign-in',
      readOn: termsReadOn,
    },
    {
      about: 'oauth',
      text: 'Federation trades an identity token of your platform for a short-lived token of a service account; it needs no browser and no consent.',
      source: 'https://developers.openai.com/api/reference/workload-identity-federation',
      readOn: termsReadOn,
    },
    {
      about: 'oauth',
      text: 'Unverified: logins, the trade for an API key, ChatGPT’s backend and federation were never tried against the vendor itself, only against the simulator.',
    },
    {
      about: 'streaming',
      text: 'Responses, the default, has no place for top-k, stop texts, seed and penalties, which are not sent; Chat Completions (providerOptions.openai.api) knows all but top-k.',
    },
    {
      about: 'models',
      text: 'The model list tells ids and dates only; limits and abilities come from a small catalogue of our own with its date, and are unknown for models that it does not name.',
    },
  ],
});
