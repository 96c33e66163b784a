import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { RefreshRotation } from '../../src/contracts/manifest.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { prepareDatabase } from '../../src/persistence/open-database.js';
import type { RunningIssuer } from '../../src/testing/issuer-simulator.js';
import { startIssuer } from '../../src/testing/issuer-simulator.js';
import type { Census } from './invariants.js';
import { brokenInvariants, takeCensus } from './invariants.js';
import type { LedgerLine, Login, LoginOptions, StoredLogin } from './logins.js';
import { insertLogins, ledgerOf, storedLogins } from './logins.js';
import type { TestDatabase } from './postgres.js';
import { freshDatabase } from './postgres.js';
import type { Replica, ReplicaSettings } from './replica.js';
import { startReplicas } from './replica.js';

/** Some replicas on one database, and an issuer of each kind. */
export interface RefreshScene {
  readonly database: TestDatabase;
  readonly keyRing: KeyRing;
  readonly issuers: Readonly<Record<RefreshRotation, RunningIssuer>>;
  readonly settings: ReplicaSettings;
  readonly replicas: readonly Replica[];
  logins(rotation: RefreshRotation, options: Pick<LoginOptions, 'count'> & Partial<LoginOptions>): Promise<readonly Login[]>;
  /** Replicas beside the first ones; with another address of the database where it is given. */
  more(count: number, url?: string): Promise<readonly Replica[]>;
  /** How things stand with some logins. */
  examined(rotation: RefreshRotation, logins: readonly Login[]): Promise<Examination>;
  /** What does not hold of all that must always hold, since the last `logins`. */
  broken(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface Examination {
  readonly stored: ReadonlyMap<string, StoredLogin>;
  readonly ledger: readonly LedgerLine[];
  /** Ended at the issuer, because a used token came again. */
  readonly lost: readonly Login[];
  /** Healthy by their row, and with another refresh token than the issuer's: what must never be. */
  readonly misreported: readonly Login[];
  /** Token calls of each login's first refresh token. */
  readonly calls: readonly number[];
}

export async function startRefreshScene(count: number, latencyMs: readonly [number, number]): Promise<RefreshScene> {
  const database = await freshDatabase();
  const keys = `test=${randomBytes(32).toString('base64')}`;
  const keyRing = KeyRing.parse(keys);
  await prepareDatabase(database.dataSource, keyRing);
  const spool = mkdtempSync(join(tmpdir(), 'maestro-spool-'));
  const issuers = {
    strict: await startIssuer({ rotation: 'strict', latencyMs }),
    grace: await startIssuer({ rotation: 'grace', graceSeconds: 30, latencyMs }),
    none: await startIssuer({ rotation: 'none', latencyMs }),
  };
  const settings: ReplicaSettings = {
    ...{ url: database.url, keys, spool },
    issuers: (['strict', 'grace', 'none'] as const).map((rotation) => ({
      ...{ provider: rotation, rotation, tokenUrl: issuers[rotation].tokenUrl },
      ...(rotation === 'grace' && { graceSeconds: 30 }),
    })),
  };
  const { dataSource } = database;
  const all: Replica[] = [];
  const more = async (wanted: number, url = database.url): Promise<readonly Replica[]> => {
    const started = await startReplicas(wanted, { ...settings, url });
    all.push(...started);
    return started;
  };
  let since: Census | undefined;
  return {
    ...{ database, keyRing, issuers, settings, more },
    replicas: await more(count),
    async logins(rotation, options) {
      const made = await insertLogins(dataSource, keyRing, { provider: rotation, issuer: issuers[rotation], ...options });
      since = await takeCensus(dataSource);
      return made;
    },
    async examined(rotation, logins) {
      const stored = await storedLogins(dataSource, keyRing, logins);
      return { stored, ledger: await ledgerOf(dataSource, logins), ...verdict(issuers[rotation], logins, stored) };
    },
    broken: () => brokenInvariants({ dataSource, keyRing, ...(since !== undefined && { since }) }),
    async close() {
      await Promise.all(all.map((replica) => replica.end('SIGKILL')));
      await Promise.all(Object.values(issuers).map((issuer) => issuer.close()));
      await database.close();
      rmSync(spool, { recursive: true, force: true });
    },
  };
}

function verdict(
  issuer: RunningIssuer,
  logins: readonly Login[],
  stored: ReadonlyMap<string, StoredLogin>,
): Pick<Examination, 'lost' | 'misreported' | 'calls'> {
  const families = new Map(issuer.families.map((family) => [family.id, family]));
  const calls = new Map<string, number>();
  for (const { refreshToken = '' } of issuer.calls) calls.set(refreshToken, (calls.get(refreshToken) ?? 0) + 1);
  return {
    lost: logins.filter(({ family }) => families.get(family)?.state === 'lost'),
    misreported: logins.filter(({ id, family }) => {
      const row = stored.get(id);
      const { refreshToken, state } = families.get(family) ?? {};
      return row?.status === 'active' && (state !== 'live' || row.refreshToken !== refreshToken);
    }),
    calls: logins.map(({ refreshToken }) => calls.get(refreshToken) ?? 0),
  };
}

/** The longest of some durations that a hundredth of them exceeds, in milliseconds. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
}
