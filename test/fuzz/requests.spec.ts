import { tellFigure } from '../support/tell-figure.js';
import { fuzzRequests } from './fuzz-requests.js';
import { startFuzzTarget } from './fuzz-target.js';

describe('a gateway, given requests that nobody should send', () => {
  it('answers or refuses each at the native API, every door and the port for messages, and lives on', async () => {
    const seed = Number(process.env['MAESTRO_FUZZ_SEED'] ?? 20_261_130);
    const target = await startFuzzTarget();
    const { requests, answers, findings, perSecond, p99 } = await fuzzRequests(target, seed, { requests: 2_000 });
    const exitCode = await target.stop();
    process.stdout.write(`\nfuzz: MAESTRO_FUZZ_SEED=${String(seed)} plays this again: ${JSON.stringify(answers)}\n`);
    const told = `${String(requests)} mutated requests over REST, doors and TCP, ${String(perSecond)}/s, p99 ${String(p99)} ms at 16 at once`;
    tellFigure('T31', `${told}, ${String(findings.length)} findings, seed ${String(seed)}`);

    expect({ findings, exitCode }).toEqual({ findings: [], exitCode: 0 });
    expect(Object.keys(answers)).toEqual(expect.arrayContaining(['200', '400', '401', '404', 'closed', 'message answered', 'message 400']));
  }, 600_000);
});
