import { modelAddressFrom } from './model-address.js';

const isProvider = (id: string): boolean => ['alpha', 'beta-2'].includes(id);

describe('what a client wrote as a model', () => {
  it.each([
    ['gpt-x', { model: 'gpt-x' }],
    ['alpha/gpt-x', { provider: 'alpha', model: 'gpt-x' }],
    ['alpha:work/gpt-x', { provider: 'alpha', session: 'work', model: 'gpt-x' }],
    ['beta-2:work:old/vendor/model:free', { provider: 'beta-2', session: 'work:old', model: 'vendor/model:free' }],
    ['vendor/model', { model: 'vendor/model' }],
    ['vendor:work/model', { model: 'vendor:work/model' }],
    ['alpha:/gpt-x', { provider: 'alpha', session: '', model: 'gpt-x' }],
    ['alpha:work', { model: 'alpha:work' }],
    ['alpha/', { provider: 'alpha', model: '' }],
    ['/gpt-x', { model: '/gpt-x' }],
    ['', { model: '' }],
  ])('is read at its first slash and colon: %j', (text, address) => {
    expect(modelAddressFrom(text, isProvider)).toEqual(address);
  });
});
