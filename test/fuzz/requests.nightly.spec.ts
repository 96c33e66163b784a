import { randomInt } from 'node:crypto';

import { tellFigure } from '../support/tell-figure.js';
import { fuzzRequests } from './fuzz-requests.js';
import { startBuiltFuzzTarget } from './fuzz-target.js';

const wanted = 1_000_000;
/** All nightly tests share an hour. */
const within = 6 * 60_000;

describe('a gateway as a process of its own, given requests that nobody should send', () => {
  it('answers or refuses up to 1,000,000 of them, as many as fit into six minutes, and ends as it should', async () => {
    const seed = Number(process.env['MAESTRO_FUZZ_SEED'] ?? randomInt(2 ** 30));
    process.stdout.write(`\nfuzz: MAESTRO_FUZZ_SEED=${String(seed)} plays this again\n`);
    const target = await startBuiltFuzzTarget();
    const { requests, answers, findings, perSecond, p99 } = await fuzzRequests(target, seed, { requests: wanted, within });
    const exitCode = await target.stop();
    const share = requests < wanted ? ` (of ${String(wanted)}: no more fit into ${String(within / 60_000)} minutes)` : '';
    tellFigure(
      'T31',
      `${String(requests)} mutated requests${share}, ${String(perSecond)}/s in 2 processes, p99 ${String(p99)} ms, ${String(findings.length)} findings, seed ${String(seed)}`,
    );
    process.stdout.write(`fuzz: ${String(requests)} requests, ${JSON.stringify(answers)}\n`);

    expect({ findings, exitCode }).toEqual({ findings: [], exitCode: 0 });
  }, 900_000);
});
