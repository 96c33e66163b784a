import type { Dialect } from '../contracts/wire-request.js';
import { openAiChat } from '../dialects/openai-chat/wire.js';
import type { Family } from './family.js';
import { chatFamily } from './openai-chat/family.js';

/** Who makes a provider of a vendor that is declared in a file, by the wire that the vendor speaks. */
export const families: Readonly<Record<Dialect, Family>> = {
  [openAiChat]: chatFamily,
};
