// A process that moves every row to the primary key, and kills itself (SIGKILL) before the n-th statement of its sweep where told
// so, for the tests of rotation. A batch is read and written back: before the second statement it has been read. Prints a line
// for each batch.
import { writeSync } from 'node:fs';

import pg from 'pg';

import { TypeOrmAuditLog } from '../../src/persistence/audit/typeorm-audit-log.js';
import { createDataSource } from '../../src/persistence/create-data-source.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { TypeOrmKeyRotation } from '../../src/persistence/encryption/typeorm-key-rotation.js';

const [url = '', keyText = '', primary = '', dieAt = '0'] = process.argv.slice(2);
const keys = KeyRing.parse(keyText, primary);
const dataSource = await createDataSource({ url });
await dataSource.initialize();
let statements = 0;
const isOfSweep = (statement: unknown): boolean => typeof statement === 'string' && statement.includes('key_id <> $1 and id > $2');
const { query } = pg.Client.prototype;
Object.assign(pg.Client.prototype, {
  query(this: pg.Client, ...values: Parameters<typeof query>): unknown {
    if (statements > 0 || isOfSweep(values[0])) statements += 1;
    if (statements > 0 && statements === Number(dieAt)) process.kill(process.pid, 'SIGKILL');
    return Reflect.apply(query, this, values);
  },
});
const rotation = new TypeOrmKeyRotation({ dataSource, keys, auditLog: new TypeOrmAuditLog(dataSource, keys) });
await rotation.rotate({
  onProgress: ({ done, total }) => {
    writeSync(1, `${String(done)}/${String(total)}\n`);
  },
});
await dataSource.destroy();
