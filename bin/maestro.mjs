#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('..', import.meta.url);
// In a fresh clone the tool builds itself; in the published package `dist` is there.
if (!existsSync(fileURLToPath(new URL('dist/admin.js', root)))) await import(new URL('scripts/ensure-built.mjs', root).href);
await import(new URL('dist/admin.js', root).href);
