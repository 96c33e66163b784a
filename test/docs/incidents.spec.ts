import { existsSync, readFileSync } from 'node:fs';

/** `| incident | what happened | what Maestro does | shown by |`; a test as `` `file` › beginning of its title ``. */
const rows = readFileSync('docs/incidents.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|') && !/^\|(?: incident |-)/.test(line))
  .map((line) => {
    const [, incident = '', ...cells] = line.split('|').map((cell) => cell.trim());
    return { incident, cells: cells.slice(0, -1), shownBy: cells[2] ?? '' };
  });

/** The titles of a file's tests, as they are written: an apostrophe may stand behind a backslash. */
const titlesIn = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8').replaceAll(/\\(['"`])/g, '$1') : '');

describe('docs/incidents.md', () => {
  it('has a row for each incident, with all of its cells', () => {
    expect(rows.length).toBeGreaterThanOrEqual(37);
    for (const { incident, cells } of rows)
      expect({ incident, cells: cells.filter((cell) => cell !== '').length }).toEqual({ incident, cells: 3 });
    expect(new Set(rows.map(({ incident }) => incident)).size).toBe(rows.length);
  });

  it.each(rows)('names tests that are there, for $incident', ({ shownBy }) => {
    if (shownBy.startsWith('not yet: ')) return;
    for (const entry of shownBy.split('<br>')) {
      const [, file = '', title = ''] = /^`([^`]+\.spec\.ts)` › (.+)$/.exec(entry.trim()) ?? [];
      expect({ entry, isThere: title !== '' && new RegExp(`['"\`]${escaped(title)}`).test(titlesIn(file)) }).toEqual({
        entry,
        isThere: true,
      });
    }
  });
});

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
