import type { AuthType } from '../../contracts/auth-type.js';
import type { ContextManagement, Feature, ProviderCapabilities } from '../../contracts/capabilities.js';
import type { DialectSupport, Limitation, Requirement } from '../../contracts/manifest.js';

/** A provider and what it can do. */
export class ProviderAnswerDto {
  readonly id: string;
  readonly displayName: string;
  readonly authTypes: AuthType[];
  readonly features: Feature[];
  readonly contextManagement: ContextManagement;
  readonly dialects: DialectSupport[];
  readonly limitations: Limitation[];
  /** Settings that must be there, and whether they are. */
  readonly requirements: Requirement[];

  constructor(capabilities: ProviderCapabilities) {
    this.id = capabilities.provider;
    this.displayName = capabilities.displayName;
    this.authTypes = [...capabilities.authTypes];
    this.features = [...capabilities.features];
    this.contextManagement = capabilities.contextManagement;
    this.dialects = [...capabilities.dialects];
    this.limitations = [...capabilities.limitations];
    this.requirements = [...capabilities.requirements];
  }
}

export class ProviderListDto {
  readonly data: ProviderAnswerDto[];

  constructor(providers: readonly ProviderCapabilities[]) {
    this.data = providers.map((capabilities) => new ProviderAnswerDto(capabilities));
  }
}
