import { Module } from '@nestjs/common';
import { defineProvider } from 'maestro-llm/contracts';
import { oauthSettings } from 'maestro-llm/kit';

import { SampleApiKey } from './sample.api-key.js';
import { defaultBaseUrl, providerId } from './sample.calls.js';
import { SampleModels } from './sample.models.js';
import { loginTraits, oauthDefaults, SampleOAuth } from './sample.oauth.js';
import { dialects, SampleStreaming } from './sample.streaming.js';

@Module({})
class SampleModule {}

export const sampleProvider = defineProvider(SampleModule, {
  id: providerId,
  displayName: 'Sample',
  apiKey: SampleApiKey,
  // A vendor without logins: take this line, the next, `oauthSettings` and sample.oauth.ts away.
  oauth: SampleOAuth,
  login: loginTraits,
  streaming: SampleStreaming,
  models: SampleModels,
  dialects,
  settings: {
    baseUrl: { text: 'address of the API, without a version', default: defaultBaseUrl },
    ...oauthSettings(oauthDefaults),
  },
  limitations: [{ about: 'provider', text: 'Unverified: never tried against the vendor itself, only against the simulator.' }],
});
