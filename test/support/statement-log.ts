import { open } from 'node:fs/promises';

import { prepareFolders } from '../../src/persistence/local-postgres/folders.js';
import type { TestDatabase } from './postgres.js';

/** What PostgreSQL itself says that it was asked to do in one database: texts of statements, without the values bound to them. */
export interface StatementLog {
  /** Since the last time. Names of prepared statements count in. */
  read(): Promise<ReadonlySet<string>>;
}

/** From now on; connections that are open are closed, since the setting holds for new ones. */
export async function statementLog({ dataSource }: Pick<TestDatabase, 'dataSource'>): Promise<StatementLog> {
  const { log } = await prepareFolders(process.env['MAESTRO_TEST_POSTGRES'] ?? '');
  const [{ name }] = await dataSource.query<[{ readonly name: string }]>('select current_database() as name');
  await dataSource.query(`alter database ${name} set log_statement = 'all'`);
  await dataSource.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()', [name]);
  let position = await sizeOf(log);
  return {
    async read() {
      const text = await textFrom(log, position);
      position += Buffer.byteLength(text);
      // An entry begins with its time; what belongs to it is indented.
      const entries = text.split(/\n(?!\t)/);
      return new Set(entries.flatMap((entry) => /LOG: {2}(execute [^:]+: |statement: )([^]*)/.exec(entry)?.slice(1).join('') ?? []));
    },
  };
}

async function sizeOf(path: string): Promise<number> {
  const file = await open(path, 'r');
  const { size } = await file.stat();
  await file.close();
  return size;
}

async function textFrom(path: string, position: number): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - position), 0, size - position, position);
    return buffer.subarray(0, bytesRead).toString();
  } finally {
    await file.close();
  }
}
