import type { Limitation } from '../../contracts/manifest.js';
import type { CompatibleVendor } from './vendor.js';

const unverified =
  'Unverified: written from what the vendor and its users publish; tried against recorded answers and a simulator, never against the vendor itself.';

/** What follows from a vendor's differences, then what it declares itself. */
export function limitationsOf({ differences = {}, limitations = [], documentation }: CompatibleVendor): readonly Limitation[] {
  const { lacksOptions = [], takesTopK, keyProof, isKeyOptional, reasoningWords } = differences;
  // Of a vendor that nobody described, nothing is known.
  const isSilent = documentation !== undefined && differences.speech?.reasoning === undefined;
  const unsent = [...(takesTopK === true ? [] : ['topK']), ...lacksOptions];
  return [
    ...(unsent.length === 0
      ? []
      : [{ about: 'streaming', text: `Options that have no place in its requests and are not sent: ${unsent.join(', ')}.` } as const]),
    ...(reasoningWords === 'switch'
      ? [{ about: 'streaming', text: 'Thinking can be turned on and off; how much of it cannot be said.' } as const]
      : []),
    ...(isSilent ? [{ about: 'streaming', text: 'What a model thinks is not told, or not told apart from what it says.' } as const] : []),
    ...(keyProof === 'none'
      ? [{ about: 'api-key', text: 'No request that is free proves a key: a session cannot be tested before its first chat.' } as const]
      : []),
    ...(isKeyOptional === true
      ? [{ about: 'api-key', text: 'A server that wants no key is used with the key "none", which is not sent.' } as const]
      : []),
    ...limitations,
    ...(documentation === undefined ? [] : [{ about: 'provider', text: unverified, source: documentation } as const]),
  ];
}
