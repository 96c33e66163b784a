// Compiles `src` to `dist`.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const { status } = spawnSync(process.execPath, [`${root}node_modules/@nestjs/cli/bin/nest.js`, 'build'], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
});
if (status !== 0) process.exit(status ?? 1);

// The plugin imports the whole of @nestjs/swagger into every DTO, used or not; the admin tool would pay for it with each command.
const plugin = 'import * as openapi from "@nestjs/swagger";';
for (const entry of readdirSync(`${root}dist`, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !entry.name.endsWith('.dto.js')) continue;
  const file = `${entry.parentPath}/${entry.name}`;
  const text = readFileSync(file, 'utf8');
  if (!text.includes(plugin) || text.includes('openapi.')) continue;
  writeFileSync(file, text.replace(plugin, ''));
}
