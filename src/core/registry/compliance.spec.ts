import { WholeContext, WholeModels, WholeOAuth } from '../../../test/extension/fixtures/whole-behaviours.js';
import { plainLogin, wholeProvider } from '../../../test/support/whole-provider.js';
import type { ProviderDefinition } from '../../contracts/define-provider.js';
import { findingsOf, verdictsOf } from './compliance.js';
import { providerSettingsFrom } from './provider-settings.js';

function registered({ manifest }: ProviderDefinition) {
  return { manifest, settings: providerSettingsFrom(manifest, () => undefined) };
}

function found(definition: ProviderDefinition): readonly string[] {
  const { manifest, settings } = registered(definition);
  return findingsOf(manifest, settings).map(({ severity, code, behaviour, method }) => [severity, code, behaviour, method].join(' '));
}

/** A class of plain JavaScript, which no compiler held against the contract. */
function plainClass<T>(members: Record<string, unknown>, base: new () => T): new () => T {
  class Plain extends (base as new () => object) {}
  for (const [name, value] of Object.entries(members)) Object.defineProperty(Plain.prototype, name, { value });
  return Plain as unknown as new () => T;
}

describe('the compliance check', () => {
  it('finds nothing wrong with a provider that binds all five behaviours', () => {
    expect(found(wholeProvider({ oauth: WholeOAuth, context: WholeContext, login: plainLogin }))).toEqual([]);
  });

  it('notes a login of which nothing is told, since its refreshes have to be careful', () => {
    expect(found(wholeProvider({ oauth: WholeOAuth }))).toEqual(['note login-traits-missing oauth ']);
  });

  it('counts methods that a class inherits', () => {
    class Inheriting extends WholeModels {}
    expect(found(wholeProvider({ models: Inheriting }))).toEqual([]);
  });

  it('finds each method that is missing', () => {
    class Bare {
      something(): void {
        return;
      }
    }
    // As plain JavaScript would declare it.
    const bare = Bare as unknown as typeof WholeModels;
    expect(found(wholeProvider({ models: bare }))).toEqual([
      'error method-missing models listModels',
      'error method-missing models getModelInfo',
    ]);
  });

  it('takes a getter, or a value that is no function, for no method, and does not run the getter', () => {
    const Getting = plainClass({ listModels: 'no function' }, WholeModels);
    Object.defineProperty(Getting.prototype, 'getModelInfo', {
      get: () => {
        throw new Error('was run');
      },
    });
    expect(found(wholeProvider({ models: Getting }))).toEqual([
      'error method-missing models listModels',
      'error method-missing models getModelInfo',
    ]);
  });

  it('tells too many parameters, an error, from fewer, a note', () => {
    const Odd = plainClass({ listModels: (_1: unknown, _2: unknown, _3: unknown) => [], getModelInfo: () => ({}) }, WholeModels);
    expect(found(wholeProvider({ models: Odd }))).toEqual([
      'error too-many-parameters models listModels',
      'note fewer-parameters models getModelInfo',
    ]);
  });

  it('does not count parameters that have a default as more than the contract gives', () => {
    const Defaulting = plainClass({ listModels: (_1: unknown, _2: unknown, _3: unknown = 1) => [] }, WholeModels);
    expect(found(wholeProvider({ models: Defaulting }))).toEqual([]);
  });

  it('finds what is declared as a behaviour and is no class', () => {
    const object = {} as unknown as typeof WholeModels;
    const arrow = (() => undefined) as unknown as typeof WholeModels;
    expect(found(wholeProvider({ models: object }))).toEqual(['error behaviour-missing models ']);
    expect(found(wholeProvider({ models: arrow }))).toEqual(['error behaviour-missing models ']);
  });

  it('wants one way to authenticate, whichever', () => {
    expect(found(withoutKey(wholeProvider({ oauth: WholeOAuth, login: plainLogin })))).toEqual([]);
    expect(found(withoutKey(wholeProvider()))).toEqual(['error no-auth-behaviour  ']);
  });

  it('of other contracts looks at nothing else, and says which of the two is to be brought up to date', () => {
    const definition = wholeProvider({ id: 'Bad Id' });
    const settings = { text: () => undefined, secret: () => undefined };
    const findingsFor = (contract: number) => findingsOf({ ...definition.manifest, contract, behaviours: {} }, settings);
    const finding = { code: 'contract-version', severity: 'error', provider: 'Bad Id' };
    expect(findingsFor(2)).toEqual([
      {
        ...finding,
        text: 'made for version 2 of the contracts, this Maestro has version 1: update Maestro, or install an older version of the provider',
      },
    ]);
    expect(findingsFor(0)).toEqual([
      { ...finding, text: 'made for version 0 of the contracts, this Maestro has version 1: install a newer version of the provider' },
    ]);
  });

  it('gives a contested id to the first, also where the first has a fault of its own', () => {
    const verdicts = verdictsOf([
      registered(withoutKey(wholeProvider())),
      registered(wholeProvider()),
      registered(wholeProvider({ id: 'other' })),
    ]);
    expect(verdicts.map(({ findings, isServing, offered }) => [findings.map(({ code }) => code), isServing, offered])).toEqual([
      [['no-auth-behaviour'], false, []],
      [['id-clash'], false, []],
      [[], true, ['api-key', 'streaming', 'models']],
    ]);
  });
});

function withoutKey(definition: ProviderDefinition): ProviderDefinition {
  const { 'api-key': _apiKey, ...behaviours } = definition.manifest.behaviours;
  return { ...definition, manifest: { ...definition.manifest, behaviours } };
}
