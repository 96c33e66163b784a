import { createDataSource } from '../../src/persistence/create-data-source.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { brokenInvariants } from './invariants.js';
import type { KilledGateway } from './killed-gateways.js';
import type { Victim } from './killed-gateways.js';
import { startKilledGateway, victims } from './killed-gateways.js';
import { percentile } from './refresh-scene.js';
import { tellFigure } from './tell-figure.js';

export interface KillsOptions {
  /** In turns: the gateway, the database, both. */
  readonly kills: number;
  /** Sessions that two gateways on one folder write at the same time. */
  readonly shared: number;
}

/** The private PostgreSQL of a gateway, with the safety of the disk that users have, and kill -9 while sessions are written. */
export function describeKills({ kills, shared }: KillsOptions): void {
  describe('a gateway with its private database', () => {
    let gateway: KilledGateway;
    beforeAll(async () => {
      gateway = await startKilledGateway();
    }, 180_000);
    afterAll(() => gateway.close());
    afterEach(async () => {
      const stored = await gateway.stored();
      expect(gateway.acknowledged.filter((name) => !stored.has(name))).toEqual([]);
      const dataSource = await createDataSource({ url: gateway.databaseUrl });
      await dataSource.initialize();
      expect(await brokenInvariants({ dataSource, keyRing: KeyRing.parse(gateway.keys) })).toEqual([]);
      await dataSource.destroy();
    });

    it('loses nothing that it acknowledged, whichever of the two is killed while it writes, and comes back each time', async () => {
      const back: Readonly<Record<Victim, number[]>> = { gateway: [], database: [], both: [] };
      for (let kill = 0; kill < kills; kill += 1) {
        const victim = victims[kill % victims.length] ?? 'both';
        back[victim].push(await gateway.kill(victim, 1 + Math.floor(Math.random() * 20)));
        const stored = await gateway.stored();
        expect(gateway.acknowledged.filter((name) => !stored.has(name))).toEqual([]);
      }

      const times = victims.map((victim) => {
        const [middle, last] = [0.5, 0.99].map((part) => percentile(back[victim], part));
        return `${victim} p50 ${String(middle)} ms, p99 ${String(last)} ms`;
      });
      tellFigure(
        'T24',
        `${String(kills)} × kill -9 under write (gateway, database, both in turns): ${String(gateway.acknowledged.length)} acknowledged, 0 lost, ` +
          `0 failed opens; writes taken again after: ${times.join('; ')}`,
      );
    }, 1_200_000);

    it('shares it with a second gateway on the same folder, and neither loses what the other wrote', async () => {
      const before = gateway.acknowledged.length;
      await gateway.share(shared);

      const stored = await gateway.stored();
      const lost = gateway.acknowledged.filter((name) => !stored.has(name)).length;
      tellFigure('T25', `two gateways on one data directory: ${String(shared)} sessions written at the same time, ${String(lost)} lost`);
      expect(gateway.acknowledged.length - before).toBe(shared);
    }, 120_000);
  });
}
