import type { BehaviourKind } from '../../contracts/behaviours/behaviour.js';
import type { ProviderManifest } from '../../contracts/manifest.js';
import type { Bench } from './bench.js';

/** One thing that a provider must do. */
export interface Check {
  /** `area.what`; stays the same from version to version. */
  readonly id: string;
  /** What is demanded, as a sentence. */
  readonly title: string;
  /** The behaviours without which it says nothing. */
  readonly needs: readonly BehaviourKind[];
  /** Why it says nothing about this provider, where there is another reason. */
  readonly notFor?: (manifest: ProviderManifest) => string | undefined;
  /** Throws where the provider does something else. */
  readonly run: (bench: Bench) => void | Promise<void>;
}
