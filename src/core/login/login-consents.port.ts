import type { LoginConsent } from '../../contracts/login.js';
import type { ProviderId } from '../../contracts/provider-id.js';

/** Who accepted which terms. Nothing is taken back: newer terms have another date. */
export interface LoginConsents {
  find(provider: ProviderId, termsDate: string): Promise<LoginConsent | undefined>;
  /** Keeps the first one, and writes it into the audit trail. */
  record(provider: ProviderId, termsDate: string, acceptedBy: string): Promise<LoginConsent>;
}

export const LoginConsents = Symbol.for('maestro/login-consents');
