import { describeRaces } from '../support/describe-races.js';
import { anySeed } from '../support/race-seed.js';

describeRaces({ rounds: 1_000, seed: anySeed() });
