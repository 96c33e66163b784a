import { conformanceOf } from '../../src/testing/index.js';
import { sampleProvider } from '../../templates/provider/src/sample.module.js';
import { sampleFixtures } from './broken/broken-provider.js';
import { everyDay, everyNight } from './broken/broken-providers.js';
import { describeBroken } from './describe-broken.js';

describe('the conformance kit', () => {
  it('finds nothing wrong with the provider that the others were made of', async () => {
    const { verdicts } = await conformanceOf(sampleProvider, sampleFixtures);
    expect(verdicts.filter(({ status }) => status !== 'passed')).toEqual([]);
  });

  it('is tried on twenty faults with each run, and on twenty others every night', () => {
    expect([everyDay.length >= 20, everyNight.length >= 20]).toEqual([true, true]);
  });

  describeBroken(everyDay);
});
