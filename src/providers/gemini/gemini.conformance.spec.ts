import { describeProvider } from '../../testing/index.js';
import { gemini } from './gemini.module.js';
import { geminiSimulator } from './testing/gemini.simulator.js';

describeProvider(gemini, {
  simulator: geminiSimulator,
  models: { ids: ['gemini-sim-large', 'gemini-sim-small', 'gemini-sim-embedding'], pages: 2 },
});
