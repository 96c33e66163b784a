import type { DynamicModule } from '@nestjs/common';
import type { NestApplicationContextOptions } from '@nestjs/common/interfaces/nest-application-context-options.interface.js';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

import type { BehaviourKind } from '../../contracts/behaviours/behaviour.js';
import type { BehaviourByKind } from '../../contracts/behaviours/behaviours.js';
import type { ProviderDefinition, ProviderRuntime } from '../../contracts/define-provider.js';
import { behaviourToken, providerRuntime } from '../../contracts/define-provider.js';
import { environmentNameOf } from '../../contracts/manifest.js';
import type { HttpClient, ProviderSettings } from '../../contracts/provider-client.js';
import { providerSettingsFrom } from '../../core/registry/provider-settings.js';

const instance = 'conformance';

// eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class and documents a literal.
const quiet: NestApplicationContextOptions = { logger: false, abortOnError: false };

@Module({})
class RuntimeModule {}

/** A provider whose classes Nest made, as a Maestro would. */
export interface WiredProvider {
  readonly settings: ProviderSettings;
  /** @throws Error where it binds none */
  behaviour<Kind extends BehaviourKind>(kind: Kind): BehaviourByKind[Kind];
  close(): Promise<void>;
}

/** `values`: settings by their names in the manifest. */
export async function wiredProvider(
  definition: ProviderDefinition,
  values: Readonly<Record<string, string>>,
  http: HttpClient,
): Promise<WiredProvider> {
  const { manifest } = definition;
  const byEnvironmentName = new Map(Object.entries(values).map(([name, value]) => [environmentNameOf(manifest.id, name), value]));
  const settings = providerSettingsFrom(manifest, (name) => byEnvironmentName.get(name));
  const runtime: ProviderRuntime = { http, settingsOf: () => settings };
  const runtimeModule: DynamicModule = {
    module: RuntimeModule,
    providers: [{ provide: providerRuntime, useValue: runtime }],
    exports: [providerRuntime],
  };
  const application = await NestFactory.createApplicationContext(definition.register({ instance, runtimeModule }), quiet);
  const made = new Map<BehaviourKind, unknown>();
  return {
    settings,
    behaviour<Kind extends BehaviourKind>(kind: Kind) {
      const known = made.get(kind) ?? application.get(behaviourToken(instance, manifest.id, kind), { strict: false });
      made.set(kind, known);
      // Bound under the token of this very kind.
      return known as BehaviourByKind[Kind];
    },
    close: () => application.close(),
  };
}
