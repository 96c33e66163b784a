// Installs what the lockfile says, when it is not there yet. Run before start, test, check and demo.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Maestro needs Node 20.19 or newer; this is ${process.versions.node}.`);
  process.exit(78);
}

/** True where every package that the lockfile asks for (optional ones apart) is there in that version. */
function isInstalled() {
  const hidden = `${root}node_modules/.package-lock.json`;
  if (!existsSync(hidden)) return false;
  const wanted = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')).packages;
  const present = JSON.parse(readFileSync(hidden, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional === true || entry.peer === true || present[path]?.version === entry.version,
  );
}

if (!isInstalled()) {
  console.error('Installing the dependencies (about half a minute) …');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) {
    console.error('The dependencies could not be installed: see the lines above. `npm ci` shows the same.');
    process.exit(status ?? 1);
  }
}
