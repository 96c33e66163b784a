import type { ProviderManifest, Requirement } from '../../contracts/manifest.js';
import { environmentNameOf } from '../../contracts/manifest.js';
import type { ProviderSettings } from '../../contracts/provider-client.js';
import { Secret } from '../../contracts/secret.js';

/** Gives a setting by its environment name (`OPEN_THING_BASE_URL`); an empty text counts as none. */
export type SettingsLookup = (environmentName: string) => string | undefined;

/** A provider's settings with their defaults. A secret one comes out of `secret` only, and `text` gives the others. */
export function providerSettingsFrom(manifest: ProviderManifest, lookup: SettingsLookup): ProviderSettings {
  const valueOf = (name: string, isSecret: boolean): string | undefined => {
    const definition = manifest.settings[name];
    if (definition === undefined || (definition.isSecret === true) !== isSecret) return undefined;
    return nonEmpty(lookup(environmentNameOf(manifest.id, name))) ?? definition.default;
  };
  return {
    text: (name) => valueOf(name, false),
    secret: (name) => {
      const value = valueOf(name, true);
      return value === undefined ? undefined : Secret.of(value);
    },
  };
}

/** The settings that must be there, for the provider or for a behaviour that it has, and whether they are. */
export function requirementsOf(manifest: ProviderManifest, settings: ProviderSettings): readonly Requirement[] {
  return Object.entries(manifest.settings).flatMap(([setting, { requiredBy }]) => {
    if (requiredBy === undefined || (requiredBy !== 'provider' && manifest.behaviours[requiredBy] === undefined)) return [];
    const isMet = settings.text(setting) !== undefined || settings.secret(setting) !== undefined;
    return [{ setting, environmentName: environmentNameOf(manifest.id, setting), requiredBy, isMet }];
  });
}

export function missingSettings(
  manifest: ProviderManifest,
  settings: ProviderSettings,
): readonly (Requirement & { readonly text: string })[] {
  return requirementsOf(manifest, settings)
    .filter(({ isMet }) => !isMet)
    .map((requirement) => ({ ...requirement, text: manifest.settings[requirement.setting]?.text ?? requirement.setting }));
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
