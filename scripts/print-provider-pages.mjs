// Writes the pages of docs/providers from the manifests of the built-in providers; what stands below the mark of a page stays:
//   node scripts/print-provider-pages.mjs
import './ensure-built.mjs';

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { builtInProvidersFolder } from '../dist/built-in-providers.js';
import { providerPages, withHandPart } from '../dist/provider-pages.js';

const folder = fileURLToPath(new URL('../docs/providers', import.meta.url));
mkdirSync(folder, { recursive: true });
for (const [name, page] of await providerPages(builtInProvidersFolder)) {
  const file = `${folder}/${name}`;
  writeFileSync(file, withHandPart(page, existsSync(file) ? readFileSync(file, 'utf8') : undefined));
}
