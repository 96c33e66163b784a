import { familyOf } from '../family.js';
import { listOf, oneOf } from '../read-differences.js';
import type { Differences } from './compatible.js';
import { compatibleProvider } from './compatible.js';

export const generateContentFamily = familyOf<Differences>(
  { keyHeader: oneOf('x-goog-api-key', 'authorization'), operations: listOf('count-tokens', 'other') },
  compatibleProvider,
);
