import type { ProviderSimulator } from '../../contracts/simulator.js';
import { defineSimulator } from '../../contracts/simulator.js';
import { playedModels } from './played-models.js';
import type { CompatibleVendor } from './vendor.js';

/** A stand-in for a vendor. What it answers with is loaded when it is started: a gateway that serves never does. */
export function playedVendor(vendor: CompatibleVendor): ProviderSimulator {
  const session = `work_${vendor.id.replaceAll('-', '_')}`;
  return defineSimulator({
    provider: vendor.id,
    apiKey: 'simulated-key-of-a-compatible-vendor',
    demo: { session, model: playedModels[0], prompt: 'What does Maestro do for me?' },
    start: async (options) => {
      const { startVendor } = await import('./testing/compatible.simulator.js');
      return startVendor(vendor, options);
    },
  });
}
