import { conformanceFrom, conformanceSchema } from './conformance.js';

const report = {
  schema: conformanceSchema,
  provider: 'acme',
  displayName: 'Acme',
  contract: 1,
  kit: 'maestro/0.1.0',
  ranAt: '2026-03-01T10:00:00.000Z',
  verdicts: [
    { id: 'stream.order', title: 'in order', status: 'passed' },
    { id: 'login.state', title: 'compared', status: 'failed', detail: 'is not' },
  ],
};

describe('a conformance report', () => {
  it('is read as it was written, without what is no part of it', () => {
    const [first, second] = report.verdicts;
    const padded = { ...report, more: 1, verdicts: [{ ...first, more: 2 }, second] };
    expect(conformanceFrom(padded)).toEqual(report);
  });

  it.each([
    ['nothing', undefined],
    ['a text', 'report'],
    ['null', null],
    ['another version', { ...report, schema: 'maestro-conformance/2' }],
    ['no provider', { ...report, provider: undefined }],
    ['no name', { ...report, displayName: 1 }],
    ['no contract', { ...report, contract: '1' }],
    ['no kit', { ...report, kit: undefined }],
    ['no day', { ...report, ranAt: 'yesterday' }],
    ['no time at all', { ...report, ranAt: 5 }],
    ['a text that is endless', { ...report, displayName: 'x'.repeat(2_001) }],
    ['verdicts that are no list', { ...report, verdicts: {} }],
    ['a verdict that is none', { ...report, verdicts: ['passed'] }],
    ['a verdict without an id', { ...report, verdicts: [{ title: 'a', status: 'passed' }] }],
    ['a verdict without a title', { ...report, verdicts: [{ id: 'a', status: 'passed' }] }],
    ['a verdict of another kind', { ...report, verdicts: [{ id: 'a', title: 'a', status: 'perhaps' }] }],
    ['a reason that is no text', { ...report, verdicts: [{ id: 'a', title: 'a', status: 'failed', detail: 1 }] }],
  ])('is none where it has %s', (_what, value) => {
    expect(conformanceFrom(value)).toBeUndefined();
  });
});
