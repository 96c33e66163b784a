import { describeInterleavings } from '../support/describe-interleavings.js';
import { firstSeed } from '../support/race-seed.js';

describeInterleavings(1_000, firstSeed(1));
