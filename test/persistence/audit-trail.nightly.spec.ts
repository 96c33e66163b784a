import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { TypeOrmAuditLog } from '../../src/persistence/audit/typeorm-audit-log.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { freshDatabase } from '../support/postgres.js';
import { tellFigure } from '../support/tell-figure.js';

const root = process.cwd();
const program = ['--import', join(root, 'node_modules/tsx/dist/loader.mjs'), join(root, 'test/persistence/audit-writer.mts')];

describe('the audit trail', () => {
  it('keeps its order where four processes write 100,000 events, without a gap or a fork', async () => {
    const database = await freshDatabase();
    const keys = `k1=${randomBytes(32).toString('base64')}`;
    const began = performance.now();

    const runs = await Promise.all(
      Array.from({ length: 4 }, () => promisify(execFile)(process.execPath, [...program, database.url, keys, '25000'], { cwd: root })),
    );

    const wrote = performance.now();
    const verdict = await new TypeOrmAuditLog(database.dataSource, KeyRing.parse(keys)).verify();
    const reports = runs.map(({ stdout }) => JSON.parse(stdout) as { readonly written: number; readonly p95: number });
    tellFigure(
      'T37',
      `100,000 events from 4 processes in ${((wrote - began) / 1_000).toFixed(1)} s, p95 ${reports.map(({ p95 }) => p95.toFixed(1)).join(' ')} ms ` +
        `with twenty writers at a time, walked in ${((performance.now() - wrote) / 1_000).toFixed(1)} s`,
    );
    expect(reports.map(({ written }) => written)).toEqual([25_000, 25_000, 25_000, 25_000]);
    expect(verdict).toMatchObject({ ok: true, checked: 100_000, head: { seq: 100_000 } });
    await database.close();
  }, 1_800_000);
});
