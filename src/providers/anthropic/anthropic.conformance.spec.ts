import { describeProvider } from '../../testing/index.js';
import { anthropic } from './anthropic.module.js';
import { anthropicSimulator } from './testing/anthropic.simulator.js';

describeProvider(anthropic, {
  simulator: anthropicSimulator,
  models: { ids: ['claude-sim-large', 'claude-sim-small', 'sim-text'], pages: 2 },
});
