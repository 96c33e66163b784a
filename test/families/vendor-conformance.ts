import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import type { ConformanceVerdict } from '../../src/contracts/conformance.js';
import type { ProviderDefinition } from '../../src/contracts/define-provider.js';
import { playedModels } from '../../src/families/openai-chat/played-models.js';
import { conformanceOf } from '../../src/testing/index.js';

export const providersFolder = 'src/providers';

/** Whose folder holds one file: the family does the rest. */
export const vendors = readdirSync(providersFolder).filter((id) => readdirSync(join(providersFolder, id)).join() === `${id}.module.ts`);

/** What a limitation says, and the checks of the kit that it takes away. */
const unshown: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^No request that is free proves a key/, ['api-key.test', 'api-key.rejected', 'api-key.sent', 'signals.test']],
  [/^What a model thinks is not told/, ['stream.reasoning']],
];

/** What the conformance kit says of a vendor that its family plays. `without`: checks to leave out, each with the reason. */
export async function verdictsOn(
  definition: ProviderDefinition | undefined,
  without: Readonly<Record<string, string>> = {},
): Promise<readonly ConformanceVerdict[]> {
  if (definition?.simulator === undefined) throw new Error('nobody plays this vendor');
  const { simulator, manifest } = definition;
  const fitting = manifest.limitations.flatMap(({ text }) => unshown.filter(([form]) => form.test(text)));
  const taken = fitting.flatMap(([form, checks]) => checks.map((check) => [check, form.source] as const));
  const { verdicts } = await conformanceOf(definition, {
    simulator,
    models: { ids: playedModels, pages: 1 },
    ...(manifest.settings['accountId'] !== undefined && { extra: { accountId: 'simulated' } }),
    without: { ...Object.fromEntries(taken), ...without },
  });
  return verdicts;
}

export function failedIn(verdicts: readonly ConformanceVerdict[]): readonly ConformanceVerdict[] {
  return verdicts.filter(({ status }) => status === 'failed');
}
