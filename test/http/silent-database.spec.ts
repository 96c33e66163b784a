import { randomBytes } from 'node:crypto';

import { Client } from 'pg';
import type { DataSource } from 'typeorm';

import { createDataSource } from '../../src/persistence/create-data-source.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { poolOf, transaction } from '../../src/persistence/statements.js';
import type { Answer } from '../support/gateway-client.js';
import { brokenInvariants } from '../support/invariants.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import type { SeveredDatabase } from '../support/severed-database.js';
import { severedDatabase } from '../support/severed-database.js';
import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';
import { tellFigure } from '../support/tell-figure.js';
import { until } from '../support/until.js';

/** Three times as many as a pool has connections. */
const clients = 30;

describe('a database that says nothing', () => {
  const keys = `test=${randomBytes(32).toString('base64')}`;
  let database: TestDatabase;
  let way: SeveredDatabase;
  beforeAll(async () => {
    database = await freshDatabase();
    way = await severedDatabase(database.url);
  }, 60_000);
  afterAll(async () => {
    await way.close();
    await database.close();
  });

  describe('to a gateway', () => {
    let gateway: TestGateway;
    beforeAll(async () => {
      gateway = await startTestGateway({ DATABASE_URL: way.url, MAESTRO_ENCRYPTION_KEYS: keys, LOG_LEVEL: 'error' });
    }, 120_000);
    afterAll(() => gateway.close());
    afterEach(async () => {
      expect(await brokenInvariants({ dataSource: database.dataSource, keyRing: KeyRing.parse(keys) })).toEqual([]);
    });

    /** Half of them write. Resolves with the answers and the milliseconds of the longest one. */
    async function ask(name: string): Promise<{ readonly answers: readonly Answer[]; readonly longestMs: number }> {
      const began = performance.now();
      const answers = await Promise.all(
        Array.from({ length: clients }, (_, index) =>
          index % 2 === 0 ? write(`${name}_${String(index)}`) : gateway.call('GET', '/api/sessions'),
        ),
      );
      return { answers, longestMs: Math.round(performance.now() - began) };
    }

    const write = (name: string): Promise<Answer> =>
      gateway.call('POST', '/api/sessions', {
        body: { provider: 'deepseek', authType: 'api_key', name, credentials: { apiKey: `sk-${name.padEnd(32, '0')}` } },
      });

    /** Milliseconds until a read and a write are answered again. */
    async function back(name: string): Promise<number> {
      const began = performance.now();
      let tries = 0;
      await until(async () => {
        tries += 1;
        const answers = [await write(`${name}_${String(tries)}`), await gateway.call('GET', '/api/sessions')];
        return answers.every(({ status }) => status < 300);
      }, 30);
      return Math.round(performance.now() - began);
    }

    /** Clients of the pool as the gateway counts them, once nobody asks for anything. */
    async function restingPool(): Promise<Readonly<Record<string, number>>> {
      let pool: Record<string, number> = {};
      await until(async () => {
        const { text } = await gateway.call('GET', '/metrics');
        pool = Object.fromEntries(
          [...text.matchAll(/^maestro_database_connections\{.*state="(\w+)".*\} (\d+)/gm)].map(([, state, count]) => [
            String(state),
            Number(count),
          ]),
        );
        return pool['busy'] === 0 && pool['waiting'] === 0;
      });
      return pool;
    }

    /** Connections of the gateway as the server counts them: its pool's, and the one that listens. */
    async function atServer(): Promise<number> {
      const [row] = await database.dataSource.query<[{ count: number }]>(
        `select count(*)::int as count from pg_stat_activity
          where datname = current_database() and application_name like 'maestro%' and pid <> pg_backend_pid()`,
      );
      return row.count;
    }

    it.each(['a lock that holds every connection', 'a network that swallows'])(
      'is told in time to everybody, and leaves nothing behind: %s',
      async (cause) => {
        const name = cause.includes('lock') ? 'locked' : 'swallowed';
        await back(`${name}_before`);
        const holder = new Client({ connectionString: database.url });
        await holder.connect();
        if (name === 'locked') await holder.query('begin; lock table saved_authentications in access exclusive mode');
        else way.swallow();

        const { answers, longestMs } = await ask(`${name}_during`);
        await holder.end();
        way.cease();
        const backAfterMs = await back(`${name}_back`);
        const pool = await restingPool();
        await until(async () => (await atServer()) <= 11);

        tellFigure(
          'T23',
          `${cause}: ${String(answers.length)} requests, all told 503 within ${String(longestMs)} ms; back after ${String(backAfterMs)} ms; ` +
            `${String(pool['busy'])} busy and ${String(pool['waiting'])} waiting clients left in the pool`,
        );
        expect(new Set(answers.map(({ status, headers }) => `${String(status)} ${String(headers.get('retry-after'))}`))).toEqual(
          new Set(['503 1']),
        );
        expect(pool['idle']).toBeLessThanOrEqual(10);
      },
      60_000,
    );
  });

  describe('to a transaction that failed and is to be undone', () => {
    let dataSource: DataSource;
    beforeEach(async () => {
      dataSource = await createDataSource({ url: way.url });
      await dataSource.initialize();
    });
    afterEach(async () => {
      way.cease();
      await dataSource.destroy();
    });

    it('does not keep the caller, nor the connection', async () => {
      const failing = transaction(dataSource, async (connection) => {
        await connection.run({ name: 'test/one', text: 'select 1', isRead: true }, []);
        way.swallow();
        throw new Error('in the middle');
      });

      await expect(failing).rejects.toThrow('in the middle');
      const { totalCount, idleCount } = poolOf(dataSource);
      expect(totalCount - idleCount).toBe(0);
    });
  });
});
