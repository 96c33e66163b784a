// A process that migrates a database all the way up or down, and kills itself (SIGKILL) before its n-th statement, for the crash
// tests. Prints how many statements it sent where it came to its end.
import pg from 'pg';

import { createDataSource } from '../../src/persistence/create-data-source.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { TypeOrmMigrations } from '../../src/persistence/typeorm-migrations.js';

const [url = '', direction = 'up', keyText = '', killAt = '0'] = process.argv.slice(2);
const keyRing = KeyRing.parse(keyText);
const dataSource = await createDataSource({ url }, keyRing);
await dataSource.initialize();
let statements = 0;
const { query } = pg.Client.prototype;
Object.assign(pg.Client.prototype, {
  query(this: pg.Client, ...values: Parameters<typeof query>): unknown {
    statements += 1;
    if (statements === Number(killAt)) process.kill(process.pid, 'SIGKILL');
    return Reflect.apply(query, this, values);
  },
});
const migrations = new TypeOrmMigrations(dataSource, keyRing);
if (direction === 'up') await migrations.up();
else while ((await migrations.down({ park: true })).steps.length > 0);
process.stdout.write(String(statements));
await dataSource.destroy();
