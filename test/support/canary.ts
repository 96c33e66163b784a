import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

/** The run's folder for what its suites write; test/support/leak-scan.mjs looks through it at the end. */
const folder = process.env['MAESTRO_TEST_OUTPUT'];
const mark = process.env['MAESTRO_TEST_MARK'] ?? 'cNrY';

/** The end of a secret, different each time. Found in anything that the run wrote, it fails the run. */
export function canary(): string {
  const text = `${mark}${randomBytes(8).toString('hex')}`;
  if (folder !== undefined) appendFileSync(join(folder, 'canaries'), `${text}\n`);
  return text;
}

/** Keeps what came out somewhere, to be looked through when the run ends. */
export function keepOutput(kind: string, text: string): void {
  if (folder !== undefined && text !== '') appendFileSync(join(folder, `${kind}-${String(process.pid)}`), `${text}\n`);
}
