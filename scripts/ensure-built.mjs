// Builds `dist` when it is missing or older than the sources.
import './ensure-installed.mjs';

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = `${root}dist/.built`;

const sources = [
  ...readdirSync(`${root}src`, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts'))
    .map((entry) => `${entry.parentPath}/${entry.name}`),
  ...['tsconfig.json', 'tsconfig.build.json', 'nest-cli.json', 'package-lock.json', 'scripts/build.mjs'].map((name) => `${root}${name}`),
].sort();

const hash = createHash('sha256');
for (const path of sources) {
  const { mtimeMs, size } = statSync(path);
  hash.update(`${path} ${String(mtimeMs)} ${String(size)}\n`);
}
const current = hash.digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== current) {
  console.error('Building …');
  const { status } = spawnSync(process.execPath, [`${root}scripts/build.mjs`], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) {
    console.error('The build failed: see the lines above.');
    process.exit(status ?? 1);
  }
  writeFileSync(stamp, current);
}
