import { setTimeout as delay } from 'node:timers/promises';

import type { MigrationInterface, QueryRunner } from 'typeorm';

import { recordKeys } from '../encryption/sentinel.js';
import { contextOf } from './migration-context.js';
import { createSealingTable, forgetOtherKeys, sealingTable, sealRows } from './sealing.js';
import { addColumns, besideTables, leaveForm, takeForm, takeSealed, takeSealedForm } from './session-columns.js';
import { countOf, inTransaction, runAll, valueOf } from './sql.js';
import { tableState } from './table-state.js';

/** Ours: a UUID for each session, its secret sealed, its state, and what refreshing needs; tombstones; the keys' sentinels. */
export class SealSessions1795348800000 implements MigrationInterface {
  /** Sealing takes its time and holds batch by batch; each statement may be the last, and the next run goes on from there. */
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    const { form } = await tableState(queryRunner);
    if (form === 'origin') {
      await prepare(queryRunner);
      await sealRows(queryRunner, SealSessions1795348800000.name);
      await inTransaction(queryRunner, () => takeNewForm(queryRunner));
    }
    // Also after a run that was killed between its last statement and the note that it was done.
    await forgetStatistics(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await runAll(queryRunner, leaveForm);
    // What is in them is not for us to lose; the step before does not mind them.
    for (const table of ['encryption_keys', 'session_tombstones']) {
      const isEmpty = await valueOf<boolean>(queryRunner, `select not exists (select 1 from ${table}) as value`);
      if (isEmpty === true) await queryRunner.query(`drop table ${table}`);
    }
  }
}

async function prepare(queryRunner: QueryRunner): Promise<void> {
  await inTransaction(queryRunner, () => runAll(queryRunner, [...besideTables, createSealingTable]));
  await forgetOtherKeys(queryRunner);
  const { keyRing } = contextOf(queryRunner);
  // The key is known to the database before the first row needs it.
  if (keyRing !== undefined) await recordKeys(queryRunner.dataSource, keyRing);
}

async function takeNewForm(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query('lock table saved_authentications in access exclusive mode');
  // What was written while the others were sealed.
  await sealRows(queryRunner, SealSessions1795348800000.name);
  await runAll(queryRunner, [addColumns, takeSealedForm, takeSealed(sealingTable)]);
  // A row without a sealed secret would fail here, at the latest: the column may not be null.
  await runAll(queryRunner, [...takeForm, `drop table ${sealingTable}`]);
}

/**
 * PostgreSQL keeps samples of a column's values for its planner, plain credentials among them. They went with the column, but
 * their bytes stay in the catalogue's file until it is written anew. Where this role may not do that, it is only a warning.
 */
async function forgetStatistics(queryRunner: QueryRunner): Promise<void> {
  const isEmpty = await valueOf<boolean>(queryRunner, 'select not exists (select 1 from saved_authentications) as value');
  if (isEmpty === true) return;
  await outliveSnapshots(queryRunner);
  await queryRunner.query('vacuum full pg_catalog.pg_statistic');
}

const snapshotPolls = 40;
const snapshotPollMs = 250;

/**
 * Writing anew keeps what a transaction that began before may still look at: any of this database (an automatic ANALYZE is
 * enough), and one of another database that writes, since every snapshot reaches back to it. Waits, but not for ever.
 */
async function outliveSnapshots(queryRunner: QueryRunner): Promise<void> {
  const now = await valueOf<string>(queryRunner, 'select clock_timestamp()::text as value');
  const older = `pg_stat_activity where (datname = current_database() or backend_xid is not null) and pid <> pg_backend_pid()
    and xact_start < $1::timestamptz`;
  for (let poll = 0; poll < snapshotPolls; poll += 1) {
    if ((await countOf(queryRunner, older, [now])) === 0) return;
    await delay(snapshotPollMs);
  }
}
