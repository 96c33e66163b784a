import type { Limitation } from '../../contracts/manifest.js';
import type { CompatibleVendor } from './vendor.js';

/** What follows from a vendor's differences, then what it declares itself. */
export function limitationsOf({ differences = {}, limitations = [] }: CompatibleVendor): readonly Limitation[] {
  const { lacksOptions = [], takesTopK, keyProof, isKeyOptional, reasoningWords } = differences;
  const unsent = [...(takesTopK === true ? [] : ['topK']), ...lacksOptions];
  return [
    ...(unsent.length === 0
      ? []
      : [{ about: 'streaming', text: `Options that have no place in its requests and are not sent: ${unsent.join(', ')}.` } as const]),
    ...(reasoningWords === 'switch'
      ? [{ about: 'streaming', text: 'Thinking can be turned on and off; how much of it cannot be said.' } as const]
      : []),
    ...(keyProof === 'none'
      ? [{ about: 'api-key', text: 'No request that is free proves a key: a session cannot be tested before its first chat.' } as const]
      : []),
    ...(isKeyOptional === true
      ? [{ about: 'api-key', text: 'A server that wants no key is used with the key "none", which is not sent.' } as const]
      : []),
    ...limitations,
  ];
}
