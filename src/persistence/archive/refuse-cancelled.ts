import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ArchiveOptions } from '../../core/archive/archive.port.js';

/** Called between two batches. @throws MaestroError `request.cancelled` */
export function refuseCancelled({ signal }: ArchiveOptions): void {
  if (signal?.aborted === true) throw new MaestroError('request.cancelled', {});
}
