import { describeProvider } from '../../testing/index.js';
import { openAi } from './openai.module.js';
import { openAiSimulator } from './testing/openai.simulator.js';

describeProvider(openAi, {
  simulator: openAiSimulator,
  models: { ids: ['gpt-sim-large', 'gpt-5-2025-08-07', 'gpt-4o-mini', 'text-embedding-3-small'], pages: 1 },
});
