import { aCaller, aSessionRecord } from '../../../test/support/a-session.js';
import { InMemorySessionStore } from '../../../test/support/in-memory-session-store.js';
import { SessionId } from '../../contracts/session.js';
import { SessionName } from '../../contracts/session-name.js';
import { filterFrom, visiblePage } from './session-list.js';

describe('a page of sessions', () => {
  const store = new InMemorySessionStore();
  const names = ['team_1', 'hidden_2', 'team_3', 'team_4', 'hidden_5', 'team_6'];
  for (const [index, name] of names.entries()) {
    const id = SessionId.of(`00000000-0000-4000-8000-00000000000${String(index)}`);
    store.put(aSessionRecord({ id, name: SessionName.parse(name) }));
  }
  const team = aCaller(['sessions:read'], 'team_*');

  async function page(query: object) {
    const { data, nextCursor } = await visiblePage(store, team, filterFrom(query));
    return { names: data.map(({ name }) => name), nextCursor };
  }

  it('is full, and never over the limit, whatever lies hidden between', async () => {
    const first = await page({ limit: 2 });
    expect(first.names).toEqual(['team_1', 'team_3']);

    const second = await page({ limit: 2, cursor: first.nextCursor });
    expect(second.names).toEqual(['team_4', 'team_6']);
    expect(second.nextCursor).toBeUndefined();
  });

  it('holds 50 where nothing else is asked for', () => {
    expect(filterFrom({})).toEqual({ limit: 50 });
  });
});
