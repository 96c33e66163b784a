import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The last commit before logins by OAuth: the vault with its keys, its trail and its archive is whole there. */
const closedVault = 'e2be1ab612e4';

/** The gateway as it was when the vault was closed, built by its own configuration. */
export interface FormerGateway {
  /** Its program. */
  readonly main: string;
  remove(): void;
}

/** Whether this is a clone that goes back so far. */
export function hasFormerGateway(): boolean {
  try {
    execFileSync('git', ['cat-file', '-e', `${closedVault}^{commit}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export function buildFormerGateway(): FormerGateway {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-former-'));
  const archive = execFileSync('git', ['archive', closedVault], { maxBuffer: 256 * 1024 * 1024 });
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  // What it needs is among what we need; its lock file asks for the same versions.
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  execFileSync(process.execPath, [join(folder, 'node_modules/@nestjs/cli/bin/nest.js'), 'build'], { cwd: folder, stdio: 'pipe' });
  return {
    main: join(folder, 'dist/main.js'),
    remove() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
