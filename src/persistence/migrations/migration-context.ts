import type { QueryRunner } from 'typeorm';

import type { MigrationProgress } from '../../core/migrations/migrations.port.js';
import type { KeyRing } from '../encryption/key-ring.js';

/** What a run hands to its steps, which TypeORM makes without arguments. */
export interface MigrationContext {
  /** Absent: rows that need sealing are refused. */
  readonly keyRing?: KeyRing;
  /** Consent to put rows aside on the way down. */
  readonly park?: boolean;
  readonly onProgress?: (progress: MigrationProgress) => void;
}

/** By the connection that carries the run: two runs of one process never see each other's. */
const contexts = new WeakMap<QueryRunner, MigrationContext>();

export function setContext(queryRunner: QueryRunner, context: MigrationContext): void {
  contexts.set(queryRunner, context);
}

export function contextOf(queryRunner: QueryRunner): MigrationContext {
  return contexts.get(queryRunner) ?? {};
}
