import type { QueryRunner } from 'typeorm';

import { rowsOf, valueOf } from './sql.js';

/** Which form `saved_authentications` has now. */
export interface TableState {
  /** `origin`: jsonb credentials, as below the last step. `sealed`: ours. */
  readonly form: 'absent' | 'origin' | 'sealed';
  readonly hasName: boolean;
  readonly hasParked: boolean;
}

export const parkedTable = 'saved_authentications_parked';
/** Sessions that came back from there under another name, until the trail tells of it. */
export const renamedTable = 'saved_authentications_renamed';

/**
 * True for a row that a `down` left: its secret is the envelope as it was. Nobody else's credentials have these four members.
 */
export const isSealedForm = `(jsonb_typeof(credentials) = 'object' and credentials ? 'sealed' and credentials ? 'id'
  and credentials ? 'version' and credentials ? 'row')`;

export async function tableState(queryRunner: QueryRunner): Promise<TableState> {
  const columns = await rowsOf<{ readonly name: string; readonly type: string }>(
    queryRunner,
    `select column_name as name, udt_name as type from information_schema.columns
      where table_schema = current_schema() and table_name = 'saved_authentications'`,
  );
  const credentials = columns.find(({ name }) => name === 'credentials')?.type;
  const hasParked = await valueOf<boolean>(queryRunner, `select to_regclass('${parkedTable}') is not null as value`);
  return {
    form: columns.length === 0 ? 'absent' : credentials === 'jsonb' ? 'origin' : 'sealed',
    hasName: columns.some(({ name }) => name === 'name'),
    hasParked: hasParked === true,
  };
}
