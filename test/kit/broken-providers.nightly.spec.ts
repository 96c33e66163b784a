import { everyNight } from './broken/broken-providers.js';
import { describeBroken } from './describe-broken.js';

describe('the conformance kit', () => {
  describeBroken(everyNight);
});
