import 'reflect-metadata';

import type { DynamicModule } from '@nestjs/common';
import { Inject, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';

import type { ModelsBehaviour } from './behaviours/models.behaviour.js';
import type { ProviderDeclaration, ProviderRuntime } from './define-provider.js';
import {
  behaviourToken,
  defineProvider,
  isProviderDefinition,
  isProviderRegistration,
  manifestToken,
  providerHttp,
  providerRuntime,
  providerSettings,
} from './define-provider.js';
import type { HttpClient, ProviderSettings } from './provider-client.js';

class AcmeModels implements ModelsBehaviour {
  constructor(
    @Inject(providerSettings) readonly settings: ProviderSettings,
    @Inject(providerHttp) readonly http: HttpClient,
  ) {}

  listModels(): Promise<readonly never[]> {
    return Promise.resolve([]);
  }

  getModelInfo(): Promise<never> {
    return Promise.reject(new Error('none'));
  }
}

@Module({})
class AcmeModule {}

const declaration: ProviderDeclaration = { id: 'acme', displayName: 'Acme', models: AcmeModels };
const http: HttpClient = { request: () => Promise.reject(new Error('unused')), close: () => Promise.resolve() };

@Module({})
class RuntimeModule {}

function runtimeOf(name: string): DynamicModule {
  const runtime: ProviderRuntime = {
    http,
    settingsOf: ({ id }) => ({ text: (setting) => `${name}/${id}/${setting}`, secret: () => undefined }),
  };
  return { module: RuntimeModule, providers: [{ provide: providerRuntime, useValue: runtime }], exports: [providerRuntime] };
}

describe('a provider, declared', () => {
  it('has a manifest that says what it binds, with the rest empty', () => {
    const { manifest } = defineProvider(AcmeModule, declaration);
    expect(manifest).toEqual({
      contract: 1,
      id: 'acme',
      displayName: 'Acme',
      behaviours: { models: AcmeModels },
      dialects: [],
      settings: {},
      limitations: [],
    });
  });

  it('keeps what it declares of itself', () => {
    const more = {
      dialects: [{ dialect: 'acme-chat', operations: ['chat'] }],
      settings: { baseUrl: { text: 'where' } },
      limitations: [{ about: 'provider', text: 'slow' }],
    } as const satisfies Partial<ProviderDeclaration>;
    expect(defineProvider(AcmeModule, { ...declaration, ...more }).manifest).toMatchObject(more);
  });

  it('is not refused for a bad id: that is for the start-up report to find', () => {
    expect(defineProvider(AcmeModule, { ...declaration, id: 'NOT OK' }).manifest.id).toBe('NOT OK');
  });

  it('is known by its mark', () => {
    const definition = defineProvider(AcmeModule, declaration);
    expect(isProviderDefinition(definition)).toBe(true);
    expect(isProviderRegistration(definition)).toBe(false);
    expect([null, undefined, 'acme', {}, AcmeModule].some(isProviderDefinition)).toBe(false);
    expect([null, undefined, 'acme', {}].some(isProviderRegistration)).toBe(false);
  });
});

describe('a provider, registered', () => {
  const definition = defineProvider(AcmeModule, declaration);
  const register = (instance: string): DynamicModule => definition.register({ instance, runtimeModule: runtimeOf(instance) });

  it('binds its classes, each given the host’s settings and way out', async () => {
    const application = await Test.createTestingModule({ imports: [register('one')] }).compile();
    const models = application.get<AcmeModels>(behaviourToken('one', 'acme', 'models'), { strict: false });
    expect(models).toBeInstanceOf(AcmeModels);
    expect(models.http).toBe(http);
    expect(models.settings.text('baseUrl')).toBe('one/acme/baseUrl');
    await application.close();
  });

  it('leaves a registration that names its instance', async () => {
    const application = await Test.createTestingModule({ imports: [register('one')] }).compile();
    const registration: unknown = application.get(manifestToken('one', 'acme'), { strict: false });
    expect(isProviderRegistration(registration)).toBe(true);
    expect(registration).toMatchObject({ instance: 'one', manifest: definition.manifest });
    await application.close();
  });

  it('exports the behaviours it has and no others', () => {
    expect(register('one').exports).toEqual([behaviourToken('one', 'acme', 'models')]);
  });

  it('is another thing under another instance', () => {
    expect(behaviourToken('one', 'acme', 'models')).not.toBe(behaviourToken('two', 'acme', 'models'));
    expect(behaviourToken('one', 'acme', 'models')).toBe(behaviourToken('one', 'acme', 'models'));
    expect(manifestToken('one', 'acme')).not.toBe(manifestToken('two', 'acme'));
  });
});
