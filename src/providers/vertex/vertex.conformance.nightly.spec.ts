import { describeProvider } from '../../testing/index.js';
import { vertexSimulator } from './testing/vertex.simulator.js';
import { vertex } from './vertex.module.js';

describeProvider(vertex, {
  simulator: vertexSimulator,
  models: { ids: ['gemini-sim-large', 'gemini-sim-small', 'sim-pictures'], pages: 2 },
});
