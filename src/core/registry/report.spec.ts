import { capabilitiesOf } from './capabilities.js';
import type { CheckedProvider } from './report.js';
import { complianceReport, startLines } from './report.js';
import { wholeProvider } from '../../../test/support/whole-provider.js';
import type { Finding } from '../../contracts/compliance.js';

const settings = { text: () => undefined, secret: () => undefined };
const checkedAt = new Date('2026-03-01T10:00:00Z');
const took = { loading: 12.345, checking: 0.05 };

const note: Finding = { code: 'fewer-parameters', severity: 'note', provider: 'noted', text: 'takes fewer' };
const fault: Finding = { code: 'no-auth-behaviour', severity: 'error', provider: 'faulty', text: 'no way in' };
const other: Finding = { code: 'id-clash', severity: 'error', provider: 'faulty', text: 'taken' };
const notLoaded: Finding = { code: 'load-failed', severity: 'error', provider: 'some-package', text: 'cannot be loaded' };

function checked(id: string, findings: readonly Finding[], isServing: boolean): CheckedProvider {
  const { manifest } = wholeProvider({ id });
  return { capabilities: capabilitiesOf({ manifest, settings }, isServing ? ['api-key', 'streaming'] : []), findings, isServing };
}

describe('the report of the start', () => {
  const report = complianceReport(
    checkedAt,
    [checked('one', [], true), checked('faulty', [fault, other], false), checked('noted', [note], true)],
    [notLoaded],
  );

  it('names those that were loaded in their order, and those that could not be behind them', () => {
    expect(report).toEqual({
      checkedAt: '2026-03-01T10:00:00.000Z',
      providers: [
        { id: 'one', displayName: 'Whole', status: 'serving', features: ['streaming', 'context_management'], findings: [] },
        { id: 'faulty', displayName: 'Whole', status: 'left-out', features: [], findings: [fault, other] },
        { id: 'noted', displayName: 'Whole', status: 'serving', features: ['streaming', 'context_management'], findings: [note] },
        { id: 'some-package', displayName: 'some-package', status: 'left-out', features: [], findings: [notLoaded] },
      ],
    });
  });

  it('says in short what a provider’s author found with the conformance kit', () => {
    const verdict = (id: string, status: 'passed' | 'failed' | 'skipped') => ({ id, title: id, status });
    const conformance = {
      ...({ schema: 'maestro-conformance/1', provider: 'one', displayName: 'Whole', contract: 1 } as const),
      ...{ kit: 'maestro/0.1.0', ranAt: '2026-02-01T10:00:00Z' },
      verdicts: [verdict('a.one', 'passed'), verdict('a.two', 'failed'), verdict('b.one', 'skipped'), verdict('b.two', 'passed')],
    };
    const { providers } = complianceReport(checkedAt, [{ ...checked('one', [], true), conformance }], []);
    expect(providers).toMatchObject([
      { conformance: { kit: 'maestro/0.1.0', ranAt: '2026-02-01T10:00:00Z', passed: 2, skipped: 1, failed: ['a.two'] } },
    ]);
  });

  it('is told in the log: one line for those that serve, a block for each that has something to say', () => {
    expect(startLines(report, took)).toEqual([
      {
        level: 'log',
        text: '2 providers serve (loaded in 12.3 ms, checked in 0.1 ms): one (streaming, context_management), noted (streaming, context_management)',
      },
      { level: 'warn', text: 'provider faulty was left out:\n  no-auth-behaviour: no way in\n  id-clash: taken' },
      { level: 'log', text: 'provider noted serves, with notes:\n  fewer-parameters: takes fewer' },
      { level: 'warn', text: 'provider some-package was left out:\n  load-failed: cannot be loaded' },
    ]);
  });

  it('says none where none serves', () => {
    expect(startLines(complianceReport(checkedAt, [], []), { loading: 1, checking: 2 })).toEqual([
      { level: 'log', text: '0 providers serve (loaded in 1.0 ms, checked in 2.0 ms): none' },
    ]);
  });
});
