import { WholeContext, WholeModels, WholeOAuth } from '../../../test/extension/fixtures/whole-behaviours.js';
import { plainLogin, wholeProvider } from '../../../test/support/whole-provider.js';
import type { BehaviourKind } from '../../contracts/behaviours/behaviour.js';
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

  it('says of each fault what is wrong and what to do', () => {
    const said = (definition: ProviderDefinition): readonly string[] => {
      const { manifest, settings } = registered(definition);
      return findingsOf(manifest, settings).map(({ text }) => text);
    };
    class Nothing {
      readonly isNothing = true;
    }
    const noMethods = plainClass({}, Nothing) as unknown as typeof WholeModels;
    const many = plainClass({ listModels: (_1: unknown, _2: unknown, _3: unknown) => [] }, WholeModels);
    expect(said(wholeProvider({ id: 'Bad Id' }))).toEqual([
      '"Bad Id" is no provider id: 2 to 40 lower-case letters, digits and hyphens, starting with a letter',
    ]);
    expect(said(without('api-key', wholeProvider()))).toEqual(['declares neither oauth nor apiKey: no session can use it']);
    expect(said(without('streaming', wholeProvider()))).toEqual(['declares no streaming: it cannot chat']);
    expect(said(wholeProvider({ models: {} as unknown as typeof WholeModels }))).toEqual(['what is declared as models is not a class']);
    expect(said(wholeProvider({ models: noMethods }))).toEqual([
      'models.listModels is missing: Plain has no such method',
      'models.getModelInfo is missing: Plain has no such method',
    ]);
    expect(said(wholeProvider({ models: many }))).toEqual(['models.listModels takes 3 parameters, the contract gives it 2']);
    expect(said(wholeProvider({ oauth: WholeOAuth }))).toEqual([
      'declares oauth and no login traits: its issuer is taken to be strict about used refresh tokens, and to forget none',
    ]);
  });

  it('finds a declaration without streaming, or with an id that is none, at fault for that alone', () => {
    expect(found(without('streaming', wholeProvider()))).toEqual(['error behaviour-missing streaming ']);
    expect(found(wholeProvider({ id: 'Bad Id' }))).toEqual(['error id-invalid  ']);
  });

  it('takes what has a prototype that is none for no class', () => {
    const Odd = function Odd(): void {
      return;
    };
    Object.defineProperty(Odd, 'prototype', { value: null });
    expect(found(wholeProvider({ models: Odd as unknown as typeof WholeModels }))).toEqual(['error behaviour-missing models ']);
    Object.defineProperty(Odd, 'prototype', { value: 'text' });
    const worse = { prototype: WholeModels.prototype } as unknown as typeof WholeModels;
    expect(found(wholeProvider({ models: worse }))).toEqual(['error behaviour-missing models ']);
  });

  it('leaves a provider out for a setting that all of it needs, and a behaviour for one that this alone needs', () => {
    const settings = {
      region: { text: 'Where', requiredBy: 'provider' },
      project: { text: 'Whose', requiredBy: 'models' },
      mode: { text: 'How' },
    } as const;
    const [verdict] = verdictsOf([registered(wholeProvider({ settings }))]);
    expect(verdict).toEqual({
      isServing: false,
      offered: [],
      findings: [
        { code: 'setting-missing', severity: 'error', provider: 'whole', text: 'needs WHOLE_REGION (Where)' },
        {
          ...{ code: 'setting-missing', severity: 'note', provider: 'whole', behaviour: 'models' },
          text: 'models is not offered without WHOLE_PROJECT (Whose)',
        },
      ],
    });

    const { project } = settings;
    const [noted] = verdictsOf([registered(wholeProvider({ settings: { project } }))]);
    expect(noted).toMatchObject({ isServing: true, offered: ['api-key', 'streaming'] });
  });

  it('lets a provider serve that has notes only, with all that it binds', () => {
    const [verdict] = verdictsOf([registered(wholeProvider({ oauth: WholeOAuth }))]);
    expect(verdict).toMatchObject({ isServing: true, offered: ['oauth', 'api-key', 'streaming', 'models'] });
    expect(verdict?.findings.map(({ severity }) => severity)).toEqual(['note']);
  });

  it('says of a clash whose id it is, and how two Maestros get along', () => {
    const [, second] = verdictsOf([registered(wholeProvider()), registered(wholeProvider())]);
    expect(second?.findings).toEqual([
      {
        ...{ code: 'id-clash', severity: 'error', provider: 'whole' },
        text: 'the id whole is taken by a provider that was loaded before; choose another (two Maestros in one application need different instance names)',
      },
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
  return without('api-key', definition);
}

function without(kind: BehaviourKind, definition: ProviderDefinition): ProviderDefinition {
  const behaviours = Object.fromEntries(Object.entries(definition.manifest.behaviours).filter(([bound]) => bound !== kind));
  return { ...definition, manifest: { ...definition.manifest, behaviours } };
}
