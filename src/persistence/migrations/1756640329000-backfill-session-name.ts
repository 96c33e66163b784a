import type { MigrationInterface, QueryRunner } from 'typeorm';

/** `default_<provider>_<auth_type>` for rows of the single-session system. Rows that have a name keep it. */
export class BackfillSessionName1756640329000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`update saved_authentications set name = 'default_' || provider || '_' || auth_type where name is null`);
  }

  /** The names stay: the step before does not mind them, and a name may be somebody's own. */
  async down(): Promise<void> {
    // Nothing to take back.
  }
}
