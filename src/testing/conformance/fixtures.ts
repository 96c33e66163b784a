import type { CredentialExtra } from '../../contracts/credentials.js';
import type { ProviderSimulator } from '../../contracts/simulator.js';

/** What the model's name makes a simulator do (docs/adding-a-provider.md). */
export type Scenario =
  | 'sim-text'
  | 'sim-reasoning'
  | 'sim-tools'
  | 'sim-refusal'
  | 'sim-length'
  | 'sim-rate-limited'
  | 'sim-overloaded'
  | 'sim-bad-request'
  | 'sim-unauthorized'
  | 'sim-not-found'
  | 'sim-error-midstream'
  | 'sim-unknown-event'
  | 'sim-html';

/** Where a provider finds its vendor while the kit runs: the simulator, and an issuer of the kit's own. */
export interface Addresses {
  /** The simulator's. */
  readonly baseUrl: string;
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly deviceUrl: string;
  readonly revokeUrl: string;
}

export interface ListedModels {
  /** All that the simulator lists, in its order. */
  readonly ids: readonly string[];
  /** Requests that it takes to see them all; 1 for a vendor whose list has no pages. */
  readonly pages: number;
}

/** What the kit must know about a provider, beside its definition. */
export interface ProviderFixtures {
  readonly simulator: ProviderSimulator;
  /** Needed where the provider lists models. */
  readonly models?: ListedModels;
  /**
   * Settings by their names in the manifest. They come on top of `baseUrl`, `oauthAuthorizeUrl` and `oauthTokenUrl`, which lead
   * to the given addresses, and of a client id and secret.
   */
  readonly settings?: (addresses: Addresses) => Readonly<Record<string, string>>;
  /** What goes with the simulator's API key. */
  readonly extra?: CredentialExtra;
  /** Of a provider without API keys: an access token that its simulator takes. */
  readonly accessToken?: string;
  /** Checks that this vendor's wire cannot show, by id, each with the reason. */
  readonly without?: Readonly<Record<string, string>>;
}
