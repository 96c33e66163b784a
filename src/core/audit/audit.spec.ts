import { aCaller } from '../../../test/support/a-session.js';
import { InMemoryAuditLog } from '../../../test/support/in-memory-audit-log.js';
import { Audit } from './audit.js';

describe('the audit', () => {
  const log = new InMemoryAuditLog();
  const audit = new Audit(log);
  for (let index = 0; index < 5; index += 1) {
    log.write({ actor: index % 2 === 0 ? 'c1' : 'c2', action: 'session.create', target: `s${String(index)}` });
  }

  it('pages from the newest to the oldest, each event once', async () => {
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await audit.list({ limit: 2, ...(cursor !== undefined && { cursor }) });
      seen.push(...page.data.map(({ seq }) => seq));
      cursor = page.nextCursor;
    } while (cursor !== undefined);

    expect(seen).toEqual([5, 4, 3, 2, 1]);
    await expect(audit.list({ limit: 5 })).resolves.not.toHaveProperty('nextCursor');
  });

  it('looks for what was done to one, or by one', async () => {
    await expect(audit.list({ target: 's3' })).resolves.toMatchObject({ data: [{ seq: 4 }] });
    await expect(audit.list({ actor: 'c2' })).resolves.toMatchObject({ data: [{ seq: 4 }, { seq: 2 }] });
  });

  it.each([{ limit: 0 }, { limit: 201 }, { limit: 1.5 }, { cursor: 'x' }, { cursor: '0' }, { cursor: '1 or 1=1' }])(
    'refuses the query %j',
    async (query) => {
      await expect(audit.list(query)).rejects.toMatchObject({ code: 'request.invalid' });
    },
  );

  it('is for admins', async () => {
    const others = audit.for(aCaller(['chat', 'sessions:read', 'sessions:write', 'usage:read'], '*'));

    await expect(others.list()).rejects.toMatchObject({ code: 'caller.scope-missing' });
    await expect(others.verify()).rejects.toMatchObject({ code: 'caller.scope-missing' });
    await expect(audit.for(aCaller(['admin'])).verify()).resolves.toMatchObject({ ok: true, checked: 5 });
  });
});
