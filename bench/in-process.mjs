// What a stream costs the program that reads it, in µs of processor: a request, and each delta of it, beside the least that it can
// cost and beside other libraries. From streams of 100 and of 1,000 deltas: what both have is the request's.
import { fileURLToPath } from 'node:url';

import { started, stopped } from './gateway/processes.mjs';
import { onStage } from './gateway/stage.mjs';
import { median, table } from './measure.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const lengths = [100, 1_000];
const requestsOf = { 100: 60, 1_000: 20 };

export async function benchInProcess({ rounds }) {
  const { subjects } = await import('./in-process/subjects.mjs');
  return onStage(async ({ upstream }) => {
    const results = {};
    for (const [wire, ofWire] of Object.entries(subjects)) {
      results[wire] = {};
      for (const subject of Object.keys(ofWire)) {
        results[wire][subject] = await measured({ wire, subject, upstream, rounds }).catch((error) => ({ missing: String(error) }));
      }
      show(wire, results[wire]);
    }
    return results;
  });
}

async function measured({ wire, subject, upstream, rounds }) {
  const children = {};
  try {
    for (const deltas of lengths) {
      const env = { WIRE: wire, SUBJECT: subject, UPSTREAM: upstream, KEY: `sk-bench-key-of-some-length-d${String(deltas)}` };
      children[deltas] = (await started(here('in-process/subject.mjs'), { env })).child;
      await told(children[deltas], { requests: requestsOf[deltas] * 2, deltas });
    }
    const samples = { aRequest: [], aDelta: [] };
    for (let round = 0; round < rounds; round += 1) {
      const costs = [];
      for (const deltas of lengths) costs.push(await told(children[deltas], { requests: requestsOf[deltas], deltas }));
      const [ofFew, ofMany] = costs;
      const aDelta = (ofMany - ofFew) / (lengths[1] - lengths[0]);
      samples.aDelta.push(aDelta);
      samples.aRequest.push(ofFew - aDelta * lengths[0]);
    }
    return samples;
  } finally {
    for (const child of Object.values(children)) await stopped(child);
  }
}

function told(child, job) {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error('it ended'));
    child.once('exit', ended);
    child.once('message', ({ micros, error }) => {
      child.off('exit', ended);
      if (error === undefined) resolve(micros);
      else reject(new Error(error));
    });
    child.send(job);
  });
}

function show(wire, rows) {
  const floor = rows.floor;
  table(
    `In process, ${wire}: µs of CPU`,
    Object.entries(rows).map(([subject, { aRequest, aDelta, missing }]) => ({
      subject,
      'a request': aRequest === undefined ? '–' : median(aRequest).toFixed(0),
      'a delta': aDelta === undefined ? '–' : median(aDelta).toFixed(2),
      '× floor a delta': aDelta === undefined || floor?.aDelta === undefined ? '–' : (median(aDelta) / median(floor.aDelta)).toFixed(2),
      note: missing === undefined ? '' : `not served: ${missing.slice(0, 90)}`,
    })),
  );
}
