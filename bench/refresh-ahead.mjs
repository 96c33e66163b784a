// A simulation: replicas that refresh a million logins before they end, each as `RefreshAhead` does (one look at a time, 8 at once, two at
// once and five a second for each provider), with the schedule that the gateway itself uses. Time is the simulation's own.
import { randomUUID } from 'node:crypto';

import { nextRefreshAt } from '../dist/core/refresh/refresh-schedule.js';
import { table } from './measure.mjs';

const sessions = 1_000_000;
const providers = 20;
const lifetimeS = 8 * 3_600;
const tokenCallS = 0.15;
const perReplica = { atOnce: 8, perProvider: 2, perSecond: 5 };
const horizonS = 3 * lifetimeS;

/** How logins came about: over a whole lifetime, or all within ten minutes, as after an import. */
const beginnings = { 'spread over a day': lifetimeS, 'all within ten minutes': 600 };

export async function benchRefreshAhead() {
  const delays = Array.from({ length: 4_096 }, delayOf);
  const rows = [];
  for (const [beginning, spanS] of Object.entries(beginnings)) {
    for (const replicas of [1, 2, 4, 8]) rows.push({ beginning, replicas, ...simulated(replicas, spanS, delays) });
  }
  table(
    `Refresh-ahead, simulated: ${sessions.toLocaleString('en')} logins of ${String(lifetimeS / 3_600)} h at ${String(providers)} providers, ${String(tokenCallS * 1_000)} ms a call`,
    rows.map(({ beginning, replicas, calls, mostASecond, latestS, ended }) => ({
      logins: beginning,
      replicas,
      'refreshes a second': (calls / horizonS).toFixed(1),
      'at most': mostASecond,
      'latest after due, s': latestS,
      'access tokens that ended first': ended.toLocaleString('en'),
    })),
  );
  return rows;
}

/** Seconds from a login to its refresh; it hangs on the session's id. */
function delayOf() {
  const issuedAt = new Date(0);
  return Math.round(nextRefreshAt({ sessionId: randomUUID(), issuedAt, expiresAt: new Date(lifetimeS * 1_000) }).getTime() / 1_000);
}

function simulated(replicas, spanS, delays) {
  // Logins that are due in a second, by provider and by the second of their last refresh: the oldest go first.
  const due = Array.from({ length: providers }, () => new Uint32Array(horizonS * 2));
  for (let session = 0; session < sessions; session += 1) {
    const issued = Math.floor((session / sessions) * spanS);
    due[session % providers][issued + delays[session % delays.length]] += 1;
  }
  const heads = new Uint32Array(providers);
  const aProvider = Math.floor(Math.min(perReplica.perSecond, perReplica.perProvider / tokenCallS) * replicas);
  const inAll = Math.floor((perReplica.atOnce / tokenCallS) * replicas);
  const told = { calls: 0, mostASecond: 0, latestS: 0, ended: 0 };
  let turn = 0;
  for (let now = 0; now < horizonS; now += 1) {
    let left = inAll;
    for (let index = 0; index < providers && left > 0; index += 1) {
      const provider = (turn + index) % providers;
      let mine = Math.min(aProvider, left);
      while (mine > 0 && heads[provider] <= now) {
        const second = heads[provider];
        const taken = Math.min(due[provider][second], mine);
        if (taken === 0) {
          heads[provider] += 1;
          continue;
        }
        due[provider][second] -= taken;
        mine -= taken;
        left -= taken;
        told.calls += taken;
        told.latestS = Math.max(told.latestS, now - second);
        // Due at the latest when a tenth and the margin of half an hour are left.
        if (now - second > 1_800) told.ended += taken;
        for (let one = 0; one < taken; one += 1) due[provider][now + delays[(told.calls + one) % delays.length]] += 1;
      }
    }
    told.mostASecond = Math.max(told.mostASecond, inAll - left);
    turn += 1;
  }
  return told;
}
