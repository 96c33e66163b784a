import type { DataSource, QueryRunner } from 'typeorm';

import type {
  DownOptions,
  MigrationDirection,
  MigrationOptions,
  MigrationOutcome,
  MigrationPlan,
  Migrations,
  MigrationStatus,
} from '../core/migrations/migrations.port.js';
import { databaseError } from './database-errors.js';
import type { KeyRing } from './encryption/key-ring.js';
import { recordKeys, verifyKeys } from './encryption/sentinel.js';
import { RequireSessionName1756640330000 } from './migrations/1756640330000-require-session-name.js';
import { notesOn, problemsIn } from './migrations/findings.js';
import { rankedRows } from './migrations/parking.js';
import { countOf } from './migrations/sql.js';
import type { TableState } from './migrations/table-state.js';
import { isSealedForm, parkedTable, tableState } from './migrations/table-state.js';
import type { RunOptions } from './run-migrations.js';
import { appliedSteps, knownSteps, migrateDown, migrateUp } from './run-migrations.js';

/** Migrations of a database that is open and need not be migrated. */
export class TypeOrmMigrations implements Migrations {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keyRing: KeyRing,
  ) {}

  async status(): Promise<MigrationStatus> {
    return this.reading(async (queryRunner) => {
      const applied = await appliedSteps(queryRunner);
      const known = knownSteps(this.dataSource);
      return {
        steps: known.map((name) => ({ name, isApplied: applied.includes(name) })),
        unknownSteps: applied.filter((name) => !known.includes(name)),
        parkedRows: await parkedRows(queryRunner, await tableState(queryRunner)),
      };
    });
  }

  async plan(direction: MigrationDirection = 'up'): Promise<MigrationPlan> {
    return this.reading(async (queryRunner) => {
      const applied = await appliedSteps(queryRunner);
      const state = await tableState(queryRunner);
      const rows = state.form === 'absent' ? 0 : await countOf(queryRunner, 'saved_authentications');
      if (direction === 'down') return planDown(queryRunner, applied.slice(-1), rows);
      const steps = knownSteps(this.dataSource).filter((name) => !applied.includes(name));
      return planUp(queryRunner, steps, rows, state);
    });
  }

  async up(options: MigrationOptions = {}): Promise<MigrationOutcome> {
    return this.running(options, async (run) => {
      await verifyKeys(this.dataSource, this.keyRing);
      const done = await migrateUp(this.dataSource, run);
      await recordKeys(this.dataSource, this.keyRing);
      return { steps: done.map(({ name }) => name) };
    });
  }

  async down({ park = false, ...options }: DownOptions = {}): Promise<MigrationOutcome> {
    return this.running(options, async (run) => {
      const done = await migrateDown(this.dataSource, { ...run, park });
      return { steps: done === undefined ? [] : [done] };
    });
  }

  /** All of it sees one moment, and can change nothing. */
  private async reading<T>(work: (queryRunner: QueryRunner) => Promise<T>): Promise<T> {
    const queryRunner = this.dataSource.createQueryRunner();
    try {
      await queryRunner.query('begin transaction isolation level repeatable read read only');
      return await work(queryRunner);
    } catch (error) {
      throw databaseError(error);
    } finally {
      await queryRunner.query('rollback').catch(() => undefined);
      await queryRunner.release();
    }
  }

  private async running<T>(options: MigrationOptions, work: (run: RunOptions) => Promise<T>): Promise<T> {
    try {
      return await work({ ...options, keyRing: this.keyRing });
    } catch (error) {
      throw databaseError(error);
    }
  }
}

const nothingFound = { toName: 0, toSeal: 0, toPark: 0, toRestore: 0, notes: [], problems: [] };

async function planUp(queryRunner: QueryRunner, steps: readonly string[], rows: number, state: TableState): Promise<MigrationPlan> {
  const plan = { ...nothingFound, direction: 'up', steps, rows } as const;
  if (steps.length === 0 || state.form !== 'origin') return plan;
  const problems = await problemsIn(queryRunner, state);
  return {
    ...plan,
    toName: state.hasName ? await countOf(queryRunner, 'saved_authentications where name is null') : rows,
    toSeal: await countOf(queryRunner, `saved_authentications where not ${isSealedForm}`),
    toRestore: await parkedRows(queryRunner, state),
    notes: problems.length === 0 ? await notesOn(queryRunner, state) : [],
    problems,
  };
}

async function planDown(queryRunner: QueryRunner, steps: readonly string[], rows: number): Promise<MigrationPlan> {
  const plan = { ...nothingFound, direction: 'down', steps, rows } as const;
  if (!steps.includes(RequireSessionName1756640330000.name)) return plan;
  return { ...plan, toPark: await countOf(queryRunner, `(${rankedRows}) as ranked where rank > 1`) };
}

async function parkedRows(queryRunner: QueryRunner, { hasParked }: TableState): Promise<number> {
  return hasParked ? countOf(queryRunner, parkedTable) : 0;
}
