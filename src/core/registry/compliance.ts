import type { BehaviourKind } from '../../contracts/behaviours/behaviour.js';
import { behaviourKinds } from '../../contracts/behaviours/behaviour.js';
import { descriptorOf } from '../../contracts/behaviours/behaviours.js';
import type { Finding } from '../../contracts/compliance.js';
import type { ProviderManifest } from '../../contracts/manifest.js';
import { contractVersion } from '../../contracts/manifest.js';
import type { ProviderSettings } from '../../contracts/provider-client.js';
import { ProviderId } from '../../contracts/provider-id.js';
import { missingSettings } from './provider-settings.js';

/** A provider as it was registered. */
export interface Registered {
  readonly manifest: ProviderManifest;
  readonly settings: ProviderSettings;
}

/** What the check says of a provider: it serves with the offered behaviours, or it is left out. */
export interface Verdict {
  readonly findings: readonly Finding[];
  readonly isServing: boolean;
  readonly offered: readonly BehaviourKind[];
}

/** Checks providers in the order of their registration: of two with one id, the first keeps it. Pure. */
export function verdictsOf(registered: readonly Registered[]): readonly Verdict[] {
  const taken = new Set<string>();
  return registered.map(({ manifest, settings }) => {
    const clash = taken.has(manifest.id) ? [idClash(manifest.id)] : [];
    taken.add(manifest.id);
    const findings = [...findingsOf(manifest, settings), ...clash];
    const isServing = findings.every(({ severity }) => severity === 'note');
    return { findings, isServing, offered: isServing ? offeredBy(manifest, findings) : [] };
  });
}

/** Everything that is wrong with one provider taken by itself. Pure: looks at the classes, makes none. */
export function findingsOf(manifest: ProviderManifest, settings: ProviderSettings): readonly Finding[] {
  // Of another version nothing else is known to mean the same.
  if (manifest.contract !== contractVersion) return [otherContract(manifest)];
  return [
    ...idFindings(manifest),
    ...neededBehaviours(manifest),
    ...behaviourKinds.flatMap((kind) => behaviourFindings(manifest, kind)),
    ...settingFindings(manifest, settings),
    ...loginFindings(manifest),
  ];
}

function loginFindings({ id, behaviours, login }: ProviderManifest): readonly Finding[] {
  if (behaviours.oauth === undefined || login !== undefined) return [];
  const text = 'declares oauth and no login traits: its issuer is taken to be strict about used refresh tokens, and to forget none';
  return [{ code: 'login-traits-missing', severity: 'note', provider: id, behaviour: 'oauth', text }];
}

function offeredBy(manifest: ProviderManifest, findings: readonly Finding[]): readonly BehaviourKind[] {
  const withheld = findings.filter(({ code }) => code === 'setting-missing').map(({ behaviour }) => behaviour);
  return behaviourKinds.filter((kind) => manifest.behaviours[kind] !== undefined && !withheld.includes(kind));
}

function error(manifest: ProviderManifest, finding: Pick<Finding, 'code' | 'behaviour' | 'method' | 'text'>): Finding {
  return { ...finding, severity: 'error', provider: manifest.id };
}

function otherContract(manifest: ProviderManifest): Finding {
  const [made, here] = [manifest.contract, contractVersion];
  const step = made > here ? 'update Maestro, or install an older version of the provider' : 'install a newer version of the provider';
  const text = `made for version ${String(made)} of the contracts, this Maestro has version ${String(here)}: ${step}`;
  return error(manifest, { code: 'contract-version', text });
}

function idClash(id: string): Finding {
  const text = `the id ${id} is taken by a provider that was loaded before; choose another (two Maestros in one application need different instance names)`;
  return { code: 'id-clash', severity: 'error', provider: id, text };
}

function idFindings(manifest: ProviderManifest): readonly Finding[] {
  if (ProviderId.is(manifest.id)) return [];
  const text = `${JSON.stringify(manifest.id)} is no provider id: 2 to 40 lower-case letters, digits and hyphens, starting with a letter`;
  return [error(manifest, { code: 'id-invalid', text })];
}

function neededBehaviours(manifest: ProviderManifest): readonly Finding[] {
  const { oauth, 'api-key': apiKey, streaming } = manifest.behaviours;
  const noAuth = oauth === undefined && apiKey === undefined;
  return [
    ...(noAuth ? [error(manifest, { code: 'no-auth-behaviour', text: 'declares neither oauth nor apiKey: no session can use it' })] : []),
    ...(streaming === undefined
      ? [error(manifest, { code: 'behaviour-missing', behaviour: 'streaming', text: 'declares no streaming: it cannot chat' })]
      : []),
  ];
}

function behaviourFindings(manifest: ProviderManifest, kind: BehaviourKind): readonly Finding[] {
  const implementation: unknown = manifest.behaviours[kind];
  if (implementation === undefined) return [];
  if (!isClass(implementation)) {
    return [error(manifest, { code: 'behaviour-missing', behaviour: kind, text: `what is declared as ${kind} is not a class` })];
  }
  const counts: Readonly<Record<string, number>> = descriptorOf[kind].methods;
  return Object.entries(counts).flatMap(([method, count]) => methodFindings(manifest, kind, implementation, method, count));
}

function methodFindings(
  manifest: ProviderManifest,
  kind: BehaviourKind,
  implementation: ClassLike,
  method: string,
  count: number,
): readonly Finding[] {
  const about = { behaviour: kind, method };
  const found = methodOf(implementation.prototype, method);
  const name = `${kind}.${method}`;
  if (found === undefined) {
    return [error(manifest, { code: 'method-missing', ...about, text: `${name} is missing: ${implementation.name} has no such method` })];
  }
  if (found.length === count) return [];
  const text = `${name} takes ${String(found.length)} parameters, the contract gives it ${String(count)}`;
  if (found.length > count) return [error(manifest, { code: 'too-many-parameters', ...about, text })];
  return [{ code: 'fewer-parameters', severity: 'note', provider: manifest.id, ...about, text }];
}

interface ClassLike {
  readonly name: string;
  readonly prototype: object;
}

function isClass(value: unknown): value is ClassLike {
  return typeof value === 'function' && typeof value.prototype === 'object' && value.prototype !== null;
}

/** A method of the class or of one that it extends; a getter is not run to see what it gives. */
function methodOf(prototype: object, name: string): { readonly length: number } | undefined {
  for (let owner: unknown = prototype; typeof owner === 'object' && owner !== null; owner = Object.getPrototypeOf(owner)) {
    const property = Object.getOwnPropertyDescriptor(owner, name);
    if (property === undefined) continue;
    const value: unknown = property.value;
    return typeof value === 'function' ? value : undefined;
  }
  return undefined;
}

function settingFindings(manifest: ProviderManifest, settings: ProviderSettings): readonly Finding[] {
  return missingSettings(manifest, settings).map(({ environmentName, requiredBy, text }) => {
    if (requiredBy === 'provider') return error(manifest, { code: 'setting-missing', text: `needs ${environmentName} (${text})` });
    return {
      code: 'setting-missing',
      severity: 'note',
      provider: manifest.id,
      behaviour: requiredBy,
      text: `${requiredBy} is not offered without ${environmentName} (${text})`,
    };
  });
}
