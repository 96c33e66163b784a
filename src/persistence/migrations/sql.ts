import type { QueryRunner } from 'typeorm';

/** The rows of a `select`; TypeORM's own type for them is `any`. */
export async function rowsOf<Row extends object>(
  queryRunner: QueryRunner,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  return (await queryRunner.query(text, [...values])) as readonly Row[];
}

/** The one value of a `select … as value`. */
export async function valueOf<Value>(queryRunner: QueryRunner, text: string, values: readonly unknown[] = []): Promise<Value | undefined> {
  const [row] = await rowsOf<{ readonly value: Value }>(queryRunner, text, values);
  return row?.value;
}

/** How many rows there are in a table or in `(select …) as name`, with a `where` or without. */
export async function countOf(queryRunner: QueryRunner, from: string, values: readonly unknown[] = []): Promise<number> {
  return Number(await valueOf<string>(queryRunner, `select count(*) as value from ${from}`, values));
}

/** For what is longer than one transaction. Nothing is left half done: either all of the work holds or none. */
export async function inTransaction<T>(queryRunner: QueryRunner, work: () => Promise<T>): Promise<T> {
  await queryRunner.startTransaction();
  try {
    const result = await work();
    await queryRunner.commitTransaction();
    return result;
  } catch (error) {
    // Where the connection is gone, so is the transaction.
    await queryRunner.rollbackTransaction().catch(() => undefined);
    throw error;
  }
}

export async function runAll(queryRunner: QueryRunner, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await queryRunner.query(statement);
}
