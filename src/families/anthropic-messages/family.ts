import { familyOf } from '../family.js';
import { listOf, oneOf, textsByName, wholeNumber } from '../read-differences.js';
import type { Differences } from './compatible.js';
import { compatibleProvider } from './compatible.js';

export const messagesFamily = familyOf<Differences>(
  {
    keyHeader: oneOf('x-api-key', 'authorization'),
    headers: textsByName,
    defaultMaxTokens: wholeNumber,
    thinking: oneOf('none', 'budget', 'adaptive'),
    operations: listOf('count-tokens', 'other'),
  },
  compatibleProvider,
);
