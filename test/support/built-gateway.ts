import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

/**
 * The program as `npm run build` makes it: with Swagger's plugin, which the tests' own transform does not know. It is built
 * when it is older than the sources, as `npm test` has done already.
 */
export function builtGateway(): string {
  execFileSync(process.execPath, [resolve('scripts/ensure-built.mjs')], { stdio: 'ignore' });
  return resolve('dist/main.js');
}
