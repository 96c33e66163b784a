import { builtInDefinitions } from '../support/family-providers.js';
import { failedIn, vendors, verdictsOn } from './vendor-conformance.js';

describe('the vendors that differ from others only in what they declare, cut anywhere', () => {
  it.each(vendors)(
    '%s does all that the conformance kit asks of a provider',
    async (id) => {
      const definition = (await builtInDefinitions()).find(({ manifest }) => manifest.id === id);

      expect(failedIn(await verdictsOn(definition))).toEqual([]);
    },
    60_000,
  );
});
