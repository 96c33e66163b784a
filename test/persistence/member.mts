// A process that holds a share in the private PostgreSQL of a folder, for test/persistence/local-postgres.spec.ts.
// Prints the socket's folder, then waits to be told to leave, or to be killed.
import { ensureLocalPostgres } from '../../src/persistence/local-postgres/local-postgres.js';

const [dataDir = ''] = process.argv.slice(2);
const { host, leave } = await ensureLocalPostgres({ dataDir });
process.stdout.write(`${host}\n`);
process.stdin.once('data', () => {
  void leave().then(() => {
    process.stdout.write('left\n');
    process.exit();
  });
});
