import { brokenErrors } from './broken-errors.js';
import { brokenKeys } from './broken-keys.js';
import { brokenLogins } from './broken-logins.js';
import { brokenModels } from './broken-models.js';
import type { BrokenProvider } from './broken-provider.js';
import { brokenStreams } from './broken-streams.js';

const all: readonly BrokenProvider[] = [...brokenLogins, ...brokenKeys, ...brokenStreams, ...brokenErrors, ...brokenModels];

/** Every second one, so that each kind of fault is among them. */
export const everyDay = all.filter((_provider, at) => at % 2 === 0);
export const everyNight = all.filter((_provider, at) => at % 2 === 1);
