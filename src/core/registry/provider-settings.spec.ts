import { WholeModels } from '../../../test/extension/fixtures/whole-behaviours.js';
import { wholeProvider } from '../../../test/support/whole-provider.js';
import { missingSettings, providerSettingsFrom, requirementsOf } from './provider-settings.js';

const { manifest } = wholeProvider({
  id: 'open-thing',
  models: WholeModels,
  settings: {
    baseUrl: { text: 'Address', default: 'https://thing.example' },
    region: { text: 'Where', requiredBy: 'provider' },
    clientSecret: { text: 'Who', isSecret: true, requiredBy: 'models' },
    clientId: { text: 'Who logs in', requiredBy: 'oauth' },
  },
});

describe("a provider's settings", () => {
  it('come from the environment name, else from the default', () => {
    const values: Record<string, string> = { OPEN_THING_REGION: 'here' };
    const settings = providerSettingsFrom(manifest, (name) => values[name]);
    expect(settings.text('region')).toBe('here');
    expect(settings.text('baseUrl')).toBe('https://thing.example');
  });

  it('count an empty text as none', () => {
    const settings = providerSettingsFrom(manifest, () => '');
    expect(settings.text('baseUrl')).toBe('https://thing.example');
    expect(settings.text('region')).toBeUndefined();
  });

  it('give a secret as a secret only, and no other setting as one', () => {
    const settings = providerSettingsFrom(manifest, () => 'value');
    expect(settings.text('clientSecret')).toBeUndefined();
    expect(settings.secret('clientSecret')?.reveal()).toBe('value');
    expect(settings.secret('region')).toBeUndefined();
  });

  it('are none where the manifest declares none', () => {
    const asked: string[] = [];
    const settings = providerSettingsFrom(manifest, (name) => {
      asked.push(name);
      return 'value';
    });
    expect(settings.text('somethingElse')).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it('are required by the provider and by the behaviours that it has', () => {
    const settings = providerSettingsFrom(manifest, (name) => (name === 'OPEN_THING_CLIENT_SECRET' ? 'value' : undefined));
    expect(requirementsOf(manifest, settings)).toEqual([
      { setting: 'region', environmentName: 'OPEN_THING_REGION', requiredBy: 'provider', isMet: false },
      { setting: 'clientSecret', environmentName: 'OPEN_THING_CLIENT_SECRET', requiredBy: 'models', isMet: true },
    ]);
    expect(missingSettings(manifest, settings).map(({ setting, text }) => [setting, text])).toEqual([['region', 'Where']]);
  });
});
