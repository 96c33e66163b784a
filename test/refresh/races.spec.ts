import { describeRaces } from '../support/describe-races.js';
import { firstSeed } from '../support/race-seed.js';

describeRaces({ rounds: 30, seed: firstSeed(1) });
