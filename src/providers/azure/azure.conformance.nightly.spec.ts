import { describeProvider } from '../../testing/index.js';
import { azure } from './azure.module.js';
import { azureSimulator } from './testing/azure.simulator.js';

describeProvider(azure, {
  simulator: azureSimulator,
  // The other wire is looked at in azure.spec.ts; what a model thinks is told in this one only.
  settings: () => ({ api: 'responses' }),
  models: { ids: ['gpt-sim-large', 'gpt-sim-embedding', 'sim-silent'], pages: 1 },
});
