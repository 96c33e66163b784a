import type { DataSource } from 'typeorm';

import type { SealedSecret } from '../../contracts/session.js';
import type { IdempotentRequests, IdempotentRow, NewIdempotentRow } from '../../core/idempotency/idempotent-requests.port.js';
import { run } from '../statements.js';
import * as statements from './idempotency-statements.js';

interface FoundRow extends Omit<IdempotentRow, 'content'> {
  readonly content: Buffer;
  readonly keyId: string;
}

interface EpochRow {
  readonly epoch: number;
}

/** Requests that are carried out once, in PostgreSQL. */
export class TypeOrmIdempotentRequests implements IdempotentRequests {
  constructor(private readonly dataSource: DataSource) {}

  async add({ id, callerId, content, leaseSeconds, lifeSeconds }: NewIdempotentRow): Promise<number | undefined> {
    const values = [id, callerId, leaseSeconds, content.bytes, content.keyId, lifeSeconds];
    const [added] = await run<EpochRow>(this.dataSource, statements.add, values);
    return added?.epoch;
  }

  async find(id: string): Promise<IdempotentRow | undefined> {
    const [row] = await run<FoundRow>(this.dataSource, statements.find, [id]);
    if (row === undefined) return undefined;
    const { content, keyId, ...rest } = row;
    return { ...rest, content: { bytes: content, keyId } };
  }

  async takeOver(id: string, epoch: number, leaseSeconds: number): Promise<number | undefined> {
    const [taken] = await run<EpochRow>(this.dataSource, statements.takeOver, [id, epoch, leaseSeconds]);
    return taken?.epoch;
  }

  async renew(id: string, epoch: number, leaseSeconds: number): Promise<void> {
    await run(this.dataSource, statements.renew, [id, epoch, leaseSeconds]);
  }

  async finish(id: string, epoch: number, { bytes, keyId }: SealedSecret): Promise<void> {
    await run(this.dataSource, statements.finish, [id, epoch, bytes, keyId]);
  }

  async forget(id: string, epoch: number): Promise<void> {
    await run(this.dataSource, statements.forget, [id, epoch]);
  }

  async purge(most: number): Promise<number> {
    return (await run(this.dataSource, statements.purge, [most])).length;
  }
}
