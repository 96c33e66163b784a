import type { MigrationInterface, QueryRunner } from 'typeorm';

import { nameSessions } from './session-naming.js';

/** `default_<provider>_<auth_type>` for rows of the single-session system. Rows that have a name keep it. */
export class BackfillSessionName1756640329000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await nameSessions(queryRunner);
  }

  /** The names stay: the step before does not mind them, and a name may be somebody's own. */
  async down(): Promise<void> {
    // Nothing to take back.
  }
}
