import { after, describe, it } from 'node:test';

import { describeProvider } from 'maestro-llm/testing';

import sampleProvider from '../src/index.js';
import { sampleSimulator } from '../testing/sample.simulator.js';

// The report goes with the package: GET /api/providers/compliance shows it.
describeProvider(
  sampleProvider,
  { simulator: sampleSimulator, models: { ids: ['sample-large', 'sample-small', 'sim-text'], pages: 2 } },
  { runner: { describe, it, after }, report: 'conformance.json' },
);
