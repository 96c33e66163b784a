import { createHash } from 'node:crypto';

import type { RefreshRotation } from '../../src/contracts/manifest.js';
import type { Login } from './logins.js';
import type { RefreshScene } from './refresh-scene.js';
import type { CallerOutcome, Replica } from './replica.js';
import { until } from './until.js';

/** All replicas find the same secret refused at the same time, with so many callers each. */
export async function roundOf(scene: RefreshScene, { id, family }: Login, callers: number): Promise<readonly CallerOutcome[]> {
  await Promise.all(scene.replicas.map((replica) => replica.see([id])));
  const outcomes = (await Promise.all(scene.replicas.map((replica) => replica.refresh([id], callers)))).flat();
  const { accessToken = '' } = scene.issuers.strict.families.find((one) => one.id === family) ?? {};
  const newest = createHash('sha256').update(accessToken).digest('hex');
  // A token that is not the newest one is as good as an error.
  return outcomes.map((outcome) => (outcome.token === undefined || outcome.token === newest ? outcome : { ...outcome, code: 'old-token' }));
}

export interface EndedHolder {
  readonly exit: number | NodeJS.Signals;
  /** What the survivor's callers got, one for each login. */
  readonly outcomes: readonly CallerOutcome[];
  /** From the end of the holder until every login had its answer. */
  readonly milliseconds: number;
}

export interface HolderTrial {
  readonly rotation: RefreshRotation;
  readonly logins: readonly Login[];
  readonly holder: Replica;
  readonly survivor: Replica;
  readonly signal: 'SIGTERM' | 'SIGKILL';
  /** The holder is ended when the issuer has changed so many tokens. */
  readonly after: number;
}

/** A process refreshes all of these at one time and is ended amid it; callers elsewhere want the same tokens. */
export async function endHolder(scene: RefreshScene, trial: HolderTrial): Promise<EndedHolder> {
  const { rotation, logins, holder, survivor, signal, after } = trial;
  const { calls } = scene.issuers[rotation];
  const ids = logins.map(({ id }) => id);
  await Promise.all([holder.see(ids), survivor.see(ids)]);
  const before = calls.length;
  const holding = holder.refresh(ids, 1).catch(() => []);
  await until(() => calls.length >= before + after);
  const began = performance.now();
  const exit = holder.end(signal);
  const outcomes = await survivor.refresh(ids, 1);
  const milliseconds = performance.now() - began;
  await holding;
  return { exit: await exit, outcomes, milliseconds };
}
