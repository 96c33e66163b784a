import { randomBytes } from 'node:crypto';

import type { DataSource } from 'typeorm';

import { createDataSource } from '../../src/persistence/create-data-source.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { eventsFrom } from './gateway-client.js';
import type { HeldUpstream } from './held-upstream.js';
import { startHeldUpstream } from './held-upstream.js';
import { brokenInvariants } from './invariants.js';
import type { OutageReport } from './outage-trial.js';
import { outageTrial } from './outage-trial.js';
import { percentile } from './refresh-scene.js';
import type { Outage, RestartableDatabase } from './restartable-database.js';
import { restartableDatabase } from './restartable-database.js';
import type { TestGateway } from './start-gateway.js';
import { startTestGateway } from './start-gateway.js';
import { tellFigure } from './tell-figure.js';
import { until } from './until.js';

export interface OutagesOptions {
  /** How often the database goes in each of the three ways. */
  readonly rounds: number;
  readonly workers: number;
  /** Chats that are open all the while. */
  readonly chats: number;
}

const outages: readonly Outage[] = ['fast', 'immediate', 'backend'];

/** A gateway whose PostgreSQL is restarted under load, or loses one of its processes. */
export function describeOutages({ rounds, workers, chats }: OutagesOptions): void {
  describe('a gateway whose database goes away under load', () => {
    const keys = `test=${randomBytes(32).toString('base64')}`;
    let database: RestartableDatabase;
    let gateway: TestGateway;
    let upstream: HeldUpstream;
    let dataSource: DataSource;
    beforeAll(async () => {
      [database, upstream] = await Promise.all([restartableDatabase(), startHeldUpstream()]);
      gateway = await startTestGateway({
        ...{ DATABASE_URL: database.url, MAESTRO_ENCRYPTION_KEYS: keys, DEEPSEEK_BASE_URL: upstream.baseUrl, LOG_LEVEL: 'error' },
      });
      dataSource = await createDataSource({ url: database.url });
      await gateway.call('POST', '/api/sessions', {
        body: { provider: 'deepseek', authType: 'api_key', name: 'chats', credentials: { apiKey: 'sk-chats-000000000000000000000000' } },
      });
    }, 120_000);
    afterAll(async () => {
      await gateway.close();
      await upstream.close();
      await database.close();
    });

    async function openChats(): Promise<readonly Promise<string>[]> {
      const body = { provider: 'deepseek', session: 'chats', model: 'held', messages: [{ role: 'user', content: 'Hello' }] };
      const answers = await Promise.all(Array.from({ length: chats }, () => gateway.send('POST', '/api/chat', { body })));
      await until(() => upstream.open === chats);
      return answers.map((answer) => answer.text());
    }

    async function known(): Promise<ReadonlySet<string>> {
      await dataSource.initialize();
      try {
        const rows = await dataSource.query<readonly { name: string }[]>('select name from saved_authentications');
        expect(await brokenInvariants({ dataSource, keyRing: KeyRing.parse(keys) })).toEqual([]);
        return new Set(rows.map(({ name }) => name));
      } finally {
        await dataSource.destroy();
      }
    }

    it.each(outages)(
      'says so and when to come again, loses nothing it acknowledged, and goes on with its chats: %s',
      async (outage) => {
        const reports: OutageReport[] = [];
        for (let round = 0; round < rounds; round += 1) {
          const reading = await openChats();
          const suffered = async (): Promise<void> => {
            const over = database.suffer(outage);
            upstream.say('meanwhile');
            await over;
          };
          const name = `${outage}_${String(round)}`;
          reports.push(await outageTrial(gateway, { name, workers, writes: 10, outage: suffered }));
          upstream.say('after');
          upstream.finish();

          for (const text of await Promise.all(reading)) {
            const events = eventsFrom(text);
            const said = events.map(({ data }) => (typeof data['text'] === 'string' ? data['text'] : '')).join('');
            expect({ said, last: events.at(-1)?.data['type'] }).toEqual({ said: 'begun meanwhile after', last: 'message-end' });
          }
        }

        const stored = await known();
        const acknowledged = reports.flatMap((report) => report.acknowledged);
        const lost = acknowledged.filter((name) => !stored.has(name));
        const sum = (of: (report: OutageReport) => number): string => String(reports.reduce((total, report) => total + of(report), 0));
        const back = reports.map(({ backAfterMs }) => backAfterMs);
        tellFigure(
          'T22',
          `${outage} × ${String(rounds)}: ${sum(({ answered }) => answered)} requests answered, ${sum(({ refused }) => refused)} told 503 with Retry-After, ` +
            `${sum(({ wrong }) => wrong.length)} ended otherwise; ${String(acknowledged.length)} acknowledged writes, ${String(lost.length)} lost; ` +
            `back ${String(percentile(back, 0.5))} ms (at most ${String(percentile(back, 1))} ms) after the database was; ` +
            `${String(rounds * chats)} open chats went on`,
        );
        expect(reports.flatMap(({ wrong }) => wrong)).toEqual([]);
        expect(lost).toEqual([]);
      },
      600_000,
    );
  });
}
