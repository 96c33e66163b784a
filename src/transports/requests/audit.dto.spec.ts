import { AuditListDto, ListAuditDto } from './audit.dto.js';
import { parseRequest } from './parse-request.js';

describe('the audit trail as it is answered', () => {
  const event = {
    seq: 1,
    at: new Date('2026-03-01T10:00:00Z'),
    actor: 'c1',
    action: 'session.clone',
    target: 'b',
    outcome: 'done',
  } as const;

  it('tells each event field by field and leaves out what is not there', () => {
    const full = { ...event, related: 'a', detail: 'name', hash: 'ff', mac: 'no part of it' };

    const answer: unknown = JSON.parse(JSON.stringify(new AuditListDto({ data: [{ ...event, hash: '00' }, full], nextCursor: '1' })));

    expect(answer).toEqual({
      data: [
        { seq: 1, at: '2026-03-01T10:00:00.000Z', actor: 'c1', action: 'session.clone', target: 'b', outcome: 'done', hash: '00' },
        expect.objectContaining({ related: 'a', detail: 'name' }),
      ],
      nextCursor: '1',
    });
    expect(JSON.stringify(answer)).not.toContain('no part');
    expect(new AuditListDto({ data: [] })).not.toHaveProperty('nextCursor');
  });

  it.each([{ limit: '0' }, { limit: 'x' }, { target: '' }, { action: 'x' }])('refuses the query %j', (query) => {
    expect(() => parseRequest(ListAuditDto, query)).toThrow(/must|not known/);
  });
});
