// The issuer simulator in a process of its own, for tests that stop or stall theirs: told by messages, answers by messages.
import type { IssuerOptions } from '../../src/testing/issuer/issuer.js';
import { startIssuer } from '../../src/testing/issuer-simulator.js';
import type { IssuerOrder } from './issuer-process.js';

const [options = '{}'] = process.argv.slice(2);
const issuer = await startIssuer(JSON.parse(options) as IssuerOptions);
process.on('message', ({ id, issue, fault, times, latency }: IssuerOrder) => {
  const issued = Array.from({ length: issue ?? 0 }, () => issuer.issue());
  if (fault !== undefined) issuer.failNext(fault, times);
  if (latency !== undefined) issuer.setLatency(latency);
  const { calls, families, familiesLost } = issuer;
  process.send?.({ id, issued, calls, families, familiesLost });
});
// Ends with the test that started it, however that ended.
process.on('disconnect', () => process.exit());
process.send?.({ tokenUrl: issuer.tokenUrl });
