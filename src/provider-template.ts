import { fileURLToPath } from 'node:url';

/** The folder of the package that `maestro providers scaffold` writes anew under another name. */
export const providerTemplateFolder = fileURLToPath(new URL('../templates/provider', import.meta.url));
