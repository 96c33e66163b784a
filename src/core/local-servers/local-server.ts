import { noKey } from '../../contracts/manifest.js';
import type { ProviderId } from '../../contracts/provider-id.js';

/**
 * `answers`: it is one of this provider's; `may-be`: some server answers there, and this provider's do not say who they are;
 * `wants-key`: it answers to nobody without one.
 */
export type LocalAnswer = 'answers' | 'may-be' | 'wants-key';

/** A model server of this machine, at the address of a provider whose servers people run themselves. */
export interface LocalServer {
  readonly provider: ProviderId;
  readonly displayName: string;
  readonly address: string;
  readonly answer: LocalAnswer;
  /** Ids of its models. */
  readonly models: readonly string[];
}

/** What was found, and how it is used. */
export function lineOf({ provider, displayName, address, answer, models }: LocalServer): string {
  const key = answer === 'wants-key' ? 'with its key' : `with the key "${noKey}"`;
  const what = {
    answers: `${displayName} answers at ${address} with ${String(models.length)} models`,
    'may-be': `a server answers at ${address} that may be ${displayName}, with ${String(models.length)} models`,
    'wants-key': `a server answers at ${address} that may be ${displayName}, and wants a key`,
  }[answer];
  return `${what}; a session of provider ${provider} ${key} uses it`;
}
