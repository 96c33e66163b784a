import { MaestroError } from '../../src/contracts/errors/maestro-error.js';

/** With which code it fails; what holds, or fails in another way, says so. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'nothing was thrown';
  } catch (error) {
    return MaestroError.is(error) ? error.code : String(error);
  }
}
