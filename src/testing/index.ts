// The package's `testing` entry: what a provider's own tests are built with.
export { defineSimulator } from '../contracts/simulator.js';
export type { SimulatedAnswer } from '../kit/simulator-server.js';
export { startSimulatorServer } from '../kit/simulator-server.js';
export { checkProvider } from './check-provider.js';
export { loadSimulators } from './load-simulators.js';
