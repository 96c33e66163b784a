import { Inject, Injectable } from '@nestjs/common';

import type { Caller } from '../../contracts/caller.js';
import type { ProviderRuntime } from '../../contracts/define-provider.js';
import { providerRuntime } from '../../contracts/define-provider.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { LoginConsent } from '../../contracts/login.js';
import type { Limitation } from '../../contracts/manifest.js';
import { environmentNameOf } from '../../contracts/manifest.js';
import { ProviderId } from '../../contracts/provider-id.js';
import { localCaller } from '../access/local-caller.js';
import { requireScope } from '../access/may-use.js';
import { ProviderRegistry } from '../registry/provider-registry.js';
import { LoginConsents } from './login-consents.port.js';

/** The setting that accepts terms, beside the table: it must be their date. */
const setting = 'oauthAcceptTerms';

/** What an operator has to accept before anybody logs in with a provider, and whether somebody did. */
export interface TermsReport {
  readonly provider: ProviderId;
  /** `YYYY-MM-DD`; absent: there is nothing to accept. */
  readonly termsDate?: string;
  readonly terms: readonly Limitation[];
  readonly isAccepted: boolean;
  /** Absent where a setting accepts them, or nothing does. */
  readonly consent?: LoginConsent;
  /** What may be set to the date instead. */
  readonly environmentName: string;
}

/** Logins that are not meant for third parties need an operator's word; it counts for the terms as they were on one day. */
@Injectable()
export class Consents {
  private caller: Caller = localCaller;

  constructor(
    @Inject(ProviderRegistry) private readonly registry: ProviderRegistry,
    @Inject(LoginConsents) private readonly store: LoginConsents,
    @Inject(providerRuntime) private readonly runtime: ProviderRuntime,
  ) {}

  for(caller: Caller): Consents {
    const acting = new Consents(this.registry, this.store, this.runtime);
    acting.caller = caller;
    return acting;
  }

  /** @throws MaestroError `provider.unknown`, `operation.unsupported` (a provider without logins) */
  async report(provider: string): Promise<TermsReport> {
    requireScope(this.caller, 'sessions:read');
    return this.reportOf(ProviderId.parse(provider));
  }

  /**
   * @param date of the terms that were read
   * @throws MaestroError as `report`, `caller.scope-missing` for who is no admin, `request.invalid` where the terms have another date
   */
  async accept(provider: string, date: string): Promise<TermsReport> {
    requireScope(this.caller, 'admin');
    const id = ProviderId.parse(provider);
    const { termsDate } = await this.reportOf(id);
    if (termsDate === undefined) throw invalid(`the login of ${id} has no terms to accept`);
    if (date !== termsDate) throw invalid(`the terms of ${id} that must be accepted are those of ${termsDate}`);
    await this.store.record(id, termsDate, this.caller.id);
    return this.reportOf(id);
  }

  /** @throws MaestroError `login.terms-not-accepted` */
  async require(provider: ProviderId): Promise<void> {
    const { isAccepted, termsDate = '', environmentName } = await this.reportOf(provider);
    if (!isAccepted) throw new MaestroError('login.terms-not-accepted', { provider, setting: environmentName, date: termsDate });
  }

  private async reportOf(provider: ProviderId): Promise<TermsReport> {
    this.registry.resolve(provider, 'oauth');
    const manifest = this.registry.manifestOf(provider);
    const terms = manifest.limitations.filter(({ about, needsConsent }) => about === 'oauth' && needsConsent === true);
    const report = { provider, terms, environmentName: environmentNameOf(provider, setting) };
    const termsDate = dateOf(terms);
    if (termsDate === undefined) return { ...report, isAccepted: true };
    if (this.runtime.settingsOf(manifest).text(setting) === termsDate) return { ...report, termsDate, isAccepted: true };
    const consent = await this.store.find(provider, termsDate);
    return { ...report, termsDate, isAccepted: consent !== undefined, ...(consent && { consent }) };
  }
}

/** The newest: whoever accepts it has read all of them. */
function dateOf(terms: readonly Limitation[]): string | undefined {
  return terms
    .map(({ readOn = 'undated' }) => readOn)
    .sort()
    .at(-1);
}

function invalid(problem: string): MaestroError {
  return new MaestroError('request.invalid', { problems: [problem] });
}
