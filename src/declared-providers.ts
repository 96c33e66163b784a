import { readFileSync } from 'node:fs';

import type { Environment } from './config/environment.js';
import { EnvironmentError } from './config/environment.js';
import { errorCodeOf } from './config/error-code.js';
import type { ProviderDefinition } from './contracts/define-provider.js';
import { declaredProviders } from './families/declared-vendors.js';

/** @throws EnvironmentError with a line for each thing that is wrong in the file */
export function providersDeclaredIn({ compatibleProvidersFile: file }: Environment): readonly ProviderDefinition[] {
  if (file === undefined) return [];
  const told = (problem: string): string => `MAESTRO_COMPATIBLE_PROVIDERS (${file}): ${problem}`;
  const { definitions, problems } = declaredProviders(textOf(file, told));
  if (problems.length > 0) throw new EnvironmentError(problems.map(told));
  return definitions;
}

function textOf(file: string, told: (problem: string) => string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new EnvironmentError([told(`it cannot be read (${errorCodeOf(error)})`)]);
  }
}
