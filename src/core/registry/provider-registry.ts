import type { OnModuleInit } from '@nestjs/common';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';

import type { BehaviourKind } from '../../contracts/behaviours/behaviour.js';
import type { BehaviourByKind } from '../../contracts/behaviours/behaviours.js';
import type { ProviderCapabilities } from '../../contracts/capabilities.js';
import { Clock } from '../../contracts/clock.js';
import type { ComplianceReport, Finding } from '../../contracts/compliance.js';
import { ProviderLoad } from '../../contracts/compliance.js';
import type { ProviderDefinition, ProviderRegistration, ProviderRuntime } from '../../contracts/define-provider.js';
import { behaviourToken, isProviderRegistration, providerRuntime } from '../../contracts/define-provider.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ProviderManifest } from '../../contracts/manifest.js';
import type { ProviderId } from '../../contracts/provider-id.js';
import { capabilitiesOf } from './capabilities.js';
import { findingsOf, verdictsOf } from './compliance.js';
import { complianceReport, startLines } from './report.js';

export interface RegistryOptions {
  readonly instance: string;
  /** A faulty provider stops the start instead of being left out. */
  readonly isStrict: boolean;
}

export const registryOptions = Symbol.for('maestro/registry-options');

interface Registration extends ProviderRegistration {
  /** What the provider's own module holds under a token. */
  readonly boundTo: (token: symbol) => unknown;
}

interface Served {
  readonly manifest: ProviderManifest;
  readonly capabilities: ProviderCapabilities;
  readonly behaviours: ReadonlyMap<BehaviourKind, unknown>;
}

interface Roll {
  readonly served: ReadonlyMap<string, Served>;
  readonly report: ComplianceReport;
  /** That it took to check them. */
  readonly milliseconds: number;
}

/**
 * Which providers there are and what each offers: found, checked and put into a map once, when the application starts; a
 * call is a look-up.
 */
@Injectable()
export class ProviderRegistry implements OnModuleInit {
  private readonly logger = new Logger('Providers');
  private roll: Roll | undefined;

  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(registryOptions) private readonly options: RegistryOptions,
    @Inject(ProviderLoad) private readonly load: ProviderLoad,
    @Inject(providerRuntime) private readonly runtime: ProviderRuntime,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @throws MaestroError `provider.invalid` in strict mode */
  onModuleInit(): void {
    // Whoever is made before may have asked already, so the time is taken where the work is done.
    const { report, milliseconds } = this.checked();
    const took = { loading: this.load.milliseconds, checking: milliseconds };
    for (const { level, text } of startLines(report, took)) this.logger[level](text);
    const faulty = report.providers.filter(({ status }) => status === 'left-out');
    if (!this.options.isStrict || faulty.length === 0) return;
    throw new MaestroError('provider.invalid', {
      provider: faulty.map(({ id }) => id).join(', '),
      findings: faulty.flatMap(({ findings }) => findings.map(({ provider, text }) => `${provider} ${text}`)),
    });
  }

  listProviders(): readonly ProviderId[] {
    return [...this.checked().served.values()].map(({ manifest }) => manifest.id);
  }

  serves(provider: string): boolean {
    return this.checked().served.has(provider);
  }

  /** @throws MaestroError `provider.unknown`, `operation.unsupported` */
  resolve<Kind extends BehaviourKind>(provider: string, operation: Kind): BehaviourByKind[Kind] {
    const behaviour = this.servedBy(provider).behaviours.get(operation);
    if (behaviour === undefined) throw new MaestroError('operation.unsupported', { provider, operation });
    // The check at the start compared the class with this very behaviour's descriptor.
    return behaviour as BehaviourByKind[Kind];
  }

  /** The injection token of what `resolve` gives. @throws MaestroError `provider.unknown`, `operation.unsupported` */
  tokenOf(provider: string, operation: BehaviourKind): symbol {
    this.resolve(provider, operation);
    return behaviourToken(this.options.instance, provider, operation);
  }

  /** @throws MaestroError `provider.unknown` */
  manifestOf(provider: string): ProviderManifest {
    return this.servedBy(provider).manifest;
  }

  /** @throws MaestroError `provider.unknown` */
  capabilitiesOf(provider: string): ProviderCapabilities {
    return this.servedBy(provider).capabilities;
  }

  report(): ComplianceReport {
    return this.checked().report;
  }

  /** What would be found if this provider were here, taken by itself. */
  checkCompliance(definition: ProviderDefinition): readonly Finding[] {
    return findingsOf(definition.manifest, this.runtime.settingsOf(definition.manifest));
  }

  private servedBy(provider: string): Served {
    const served = this.checked().served.get(provider);
    if (served === undefined) throw new MaestroError('provider.unknown', { provider, known: this.listProviders() });
    return served;
  }

  private checked(): Roll {
    this.roll ??= this.check();
    return this.roll;
  }

  private check(): Roll {
    const begin = this.clock.monotonic();
    const registrations = this.registrations();
    const verdicts = verdictsOf(registrations);
    const checked = registrations.map((registration, index) => {
      const verdict = verdicts[index] ?? { findings: [], isServing: false, offered: [] };
      const conformance = this.load.conformance.get(registration.manifest);
      return { registration, ...verdict, capabilities: capabilitiesOf(registration, verdict.offered), conformance };
    });
    const served = new Map<string, Served>();
    for (const { registration, isServing, offered, capabilities } of checked) {
      const { manifest, boundTo } = registration;
      if (!isServing) continue;
      const behaviours = new Map(offered.map((kind) => [kind, boundTo(behaviourToken(this.options.instance, manifest.id, kind))]));
      served.set(manifest.id, { manifest, capabilities, behaviours });
    }
    const report = complianceReport(this.clock.now(), checked, this.load.findings);
    return { served, report, milliseconds: this.clock.monotonic() - begin };
  }

  /** Of this instance only, in the order in which they were loaded. */
  private registrations(): readonly Registration[] {
    return this.discovery.getProviders().flatMap((wrapper) => {
      const found: unknown = wrapper.instance;
      if (!isProviderRegistration(found) || found.instance !== this.options.instance) return [];
      const { host } = wrapper;
      return [{ ...found, boundTo: (token: symbol): unknown => host?.providers.get(token)?.instance }];
    });
  }
}
