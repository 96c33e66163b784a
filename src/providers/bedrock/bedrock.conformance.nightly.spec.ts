import { describeProvider } from '../../testing/index.js';
import { bedrock } from './bedrock.module.js';
import { bedrockSimulator } from './testing/bedrock.simulator.js';

describeProvider(bedrock, {
  simulator: bedrockSimulator,
  models: { ids: ['sim.large-v1:0', 'sim.small-v1:0', 'sim.silent-v1:0'], pages: 1 },
  without: { 'stream.unknown-event': 'the vendor’s package keeps events to itself that it does not know' },
});
