import { fileURLToPath } from 'node:url';

/** The folder of the providers that come with Maestro; one of `providersFolders`. */
export const builtInProvidersFolder = fileURLToPath(new URL('./providers', import.meta.url));
