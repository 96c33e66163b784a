import { messagesDoor } from '../../../dialects/anthropic-messages/door.js';
import { generateContentDoor } from '../../../dialects/gemini-generate-content/door.js';
import { chatDoor } from '../../../dialects/openai-chat/door.js';
import { responsesDoor } from '../../../dialects/openai-responses/door.js';
import type { Door } from '../../../kit/door.js';

/** Every door. Of two that would take a request, the one whose mark it bears takes it, else the one that comes first. */
export const doors: readonly Door[] = [responsesDoor, chatDoor, messagesDoor, generateContentDoor];
