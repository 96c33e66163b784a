import type { Dialect } from '../contracts/wire-request.js';
import { anthropicMessages } from '../dialects/anthropic-messages/wire.js';
import { dialect as generateContent } from '../dialects/gemini-generate-content/wire.js';
import { openAiChat } from '../dialects/openai-chat/wire.js';
import { messagesFamily } from './anthropic-messages/family.js';
import type { Family } from './family.js';
import { generateContentFamily } from './gemini-generate-content/family.js';
import { chatFamily } from './openai-chat/family.js';

/** Who makes a provider of a vendor that is declared in a file, by the wire that the vendor speaks. */
export const families: Readonly<Record<Dialect, Family>> = {
  [openAiChat]: chatFamily,
  [anthropicMessages]: messagesFamily,
  [generateContent]: generateContentFamily,
};
