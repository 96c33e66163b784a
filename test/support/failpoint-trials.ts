import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Login } from './logins.js';
import type { RefreshScene } from './refresh-scene.js';
import type { Failpoint, Replica, ReplicaSettings } from './replica.js';
import { dyingReplica } from './replica.js';
import { severedDatabase } from './severed-database.js';
import { until } from './until.js';

/** How a process ended that was to be killed, for each process of a trial. */
export type Ends = readonly (NodeJS.Signals | number)[];

/** Nobody waits for a whole usual lease; who lives renews it. */
export const shortLease = { leaseMs: 1_000, tokenTimeoutMs: 5_000 };

/** Milliseconds at the issuer in which the way to the database can be cut. */
const cutWithin = 700;

async function refreshing(replica: Replica, { id }: Login): Promise<void> {
  await replica.setTimes(shortLease);
  await replica.see([id]);
  await replica.refresh([id], 1);
}

/** Dies somewhere in a refresh. */
export async function dieRefreshing(scene: RefreshScene, login: Login, dieAt: Failpoint): Promise<Ends> {
  return [await dyingReplica(scene.settings, dieAt, (replica) => refreshing(replica, login))];
}

export async function dieCloning(scene: RefreshScene, { id }: Login, dieAt: Failpoint): Promise<Ends> {
  return [await dyingReplica(scene.settings, dieAt, (replica) => replica.clone(id, `copy_of_${id.replaceAll('-', '')}`))];
}

export async function dieDeleting(scene: RefreshScene, { id }: Login, dieAt: Failpoint): Promise<Ends> {
  return [await dyingReplica(scene.settings, dieAt, (replica) => replica.delete(id))];
}

type SpoolPoint = Omit<Extract<Failpoint, { readonly file: string }>, 'folder'>;

/** Dies while new tokens go to the spool, because the database went away; what the spool has is then the survivors' to replay. */
export async function dieSpooling(scene: RefreshScene, login: Login, dieAt: SpoolPoint): Promise<Ends> {
  return withSpool(scene, async (settings) => [await spooled(scene, settings, login, { ...dieAt, folder: settings.spool })]);
}

/** Dies amid the replay of a result that another process left behind when it died. */
export async function dieReplaying(scene: RefreshScene, login: Login, dieAt: (folder: string) => Failpoint): Promise<Ends> {
  return withSpool(scene, async (settings) => {
    const first = await spooled(scene, settings, login, { file: 'sync', when: 'after', nth: 2, folder: settings.spool });
    return [first, await dyingReplica(settings, dieAt(settings.spool))];
  });
}

async function withSpool(scene: RefreshScene, work: (settings: ReplicaSettings) => Promise<Ends>): Promise<Ends> {
  const spool = mkdtempSync(join(tmpdir(), 'maestro-dying-spool-'));
  try {
    return await work({ ...scene.settings, spool });
  } finally {
    mkdirSync(scene.settings.spool, { recursive: true });
    for (const name of readdirSync(spool)) renameSync(join(spool, name), join(scene.settings.spool, name));
    rmSync(spool, { recursive: true });
  }
}

async function spooled(scene: RefreshScene, settings: ReplicaSettings, login: Login, dieAt: Failpoint): Promise<NodeJS.Signals | number> {
  const way = await severedDatabase(scene.database.url);
  const { strict } = scene.issuers;
  const before = strict.calls.length;
  strict.setLatency(cutWithin);
  try {
    return await dyingReplica({ ...settings, url: way.url }, dieAt, async (replica) => {
      await replica.setTimes(shortLease);
      await replica.see([login.id]);
      const answer = replica.refresh([login.id], 1).catch(() => undefined);
      await until(() => strict.calls.length > before);
      await way.cut();
      await answer;
    });
  } finally {
    strict.setLatency(5);
    await way.close();
  }
}
