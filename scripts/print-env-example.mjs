// Prints `.env.example` from the variables of src/config and the manifests of the built-in providers:
//   node scripts/print-env-example.mjs > .env.example
import './ensure-built.mjs';

import { builtInProvidersFolder } from '../dist/built-in-providers.js';
import { settingsExample } from '../dist/settings-example.js';

process.stdout.write(await settingsExample(builtInProvidersFolder));
