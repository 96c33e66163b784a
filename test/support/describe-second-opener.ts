import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { Client } from 'pg';

import type { LocalPostgres } from '../../src/persistence/local-postgres/local-postgres.js';
import { ensureLocalPostgres } from '../../src/persistence/local-postgres/local-postgres.js';
import { builtGateway } from './built-gateway.js';
import { tellFigure } from './tell-figure.js';

/** No test cuts the power. */
const serverOptions = { fsync: 'off' };

/** A data directory whose lock another process holds that stands still, or was killed with it. */
export function describeSecondOpener(tries: number): void {
  describe('a data directory that another process is opening', () => {
    let dataDir: string;
    let run: string;
    beforeAll(async () => {
      builtGateway();
      dataDir = mkdtempSync(join(tmpdir(), `maestro-test-${String(process.pid)}-opened-`));
      const server = await open();
      run = server.host;
      await query(server, 'create table kept (n integer)');
      await server.leave();
    }, 180_000);
    afterAll(() => {
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
    });

    const open = (lockTimeoutMs = 60_000): Promise<LocalPostgres> => ensureLocalPostgres({ dataDir, serverOptions, lockTimeoutMs });

    async function query({ host }: LocalPostgres, text: string): Promise<readonly unknown[]> {
      const client = new Client({ host, user: 'maestro', database: 'maestro', ssl: false });
      await client.connect();
      const { rows } = await client.query<object>(text);
      await client.end();
      return rows;
    }

    /** Runs `work` while a process holds the lock and does nothing else; kills it then. */
    async function besideHolder(work: (pid: number) => Promise<void>): Promise<void> {
      const holder = spawn(process.execPath, [resolve('test/support/lock-holder.mjs'), run], { stdio: ['ignore', 'pipe', 'inherit'] });
      const gone = once(holder, 'exit');
      await Promise.race([once(holder.stdout, 'data'), gone.then(() => Promise.reject(new Error('the holder ended')))]);
      try {
        await work(holder.pid ?? 0);
      } finally {
        holder.kill('SIGKILL');
        await gone;
      }
    }

    it('is refused to who does not want to wait, with the process and its address', async () => {
      const told: unknown[] = [];
      let expected = '';
      await besideHolder(async (pid) => {
        expected = `process ${String(pid)} on ${hostname()} (${join(run, 'lock.')}`;
        for (let attempt = 0; attempt < tries; attempt += 1) told.push(await open(20).catch((error: unknown) => error));
      });

      tellFigure(
        'T25',
        `${String(tries)} tries to open beside a holder that stands still: ${String(told.length)} refused with its process and address`,
      );
      for (const error of told) {
        expect(error).toMatchObject({ code: 'database.not-started', message: expect.stringContaining(expected) });
      }
    }, 120_000);

    it('opens again at once when that process is killed with the lock', async () => {
      let reopened = 0;
      for (let attempt = 0; attempt < tries; attempt += 1) {
        await besideHolder(async () => undefined);
        const server = await open();
        await query(server, `insert into kept values (${String(attempt)})`);
        const rows = await query(server, 'select count(*)::int as count from kept');
        await server.leave();
        expect(rows).toEqual([{ count: attempt + 1 }]);
        reopened += 1;
      }

      tellFigure('T25', `the lock left over from kill -9: ${String(reopened)} of ${String(tries)} opened again, every row there`);
    }, 300_000);
  });
}
