import { describeInterleavings } from '../support/describe-interleavings.js';
import { anySeed } from '../support/race-seed.js';

describeInterleavings(5_000, anySeed());
