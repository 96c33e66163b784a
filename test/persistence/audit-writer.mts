// One of several processes that write to one audit trail: `audit-writer.mts <DATABASE_URL> <keys> <events>`.
import { TypeOrmAuditLog } from '../../src/persistence/audit/typeorm-audit-log.js';
import { createDataSource } from '../../src/persistence/create-data-source.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';

const [url = '', keys = '', events = '0'] = process.argv.slice(2);
const dataSource = await createDataSource({ url });
await dataSource.initialize();
const log = new TypeOrmAuditLog(dataSource, KeyRing.parse(keys));

const atOnce = 5;
const took: number[] = [];
const write = async (): Promise<void> => {
  for (let count = 0; count < Number(events) / atOnce; count += 1) {
    const began = performance.now();
    await log.append({ actor: `p${String(process.pid)}`, action: 'session.change', target: String(count) });
    took.push(performance.now() - began);
  }
};
await Promise.all(Array.from({ length: atOnce }, write));
await dataSource.destroy();
took.sort((one, other) => one - other);
process.stdout.write(JSON.stringify({ written: took.length, p95: took[Math.floor(took.length * 0.95)] }));
