/** What came out as it should, by provider and mode, for whoever reads the run. */
export interface ModeTable {
  count(provider: string, mode: string, isRight: boolean): void;
  print(): void;
}

export function modeTable(title: string): ModeTable {
  const modes: string[] = [];
  const rows = new Map<string, Map<string, { right: number; all: number }>>();
  return {
    count(provider, mode, isRight) {
      if (!modes.includes(mode)) modes.push(mode);
      const row = rows.get(provider) ?? new Map<string, { right: number; all: number }>();
      const cell = row.get(mode) ?? { right: 0, all: 0 };
      rows.set(provider, row.set(mode, { right: cell.right + (isRight ? 1 : 0), all: cell.all + 1 }));
    },
    print() {
      const providers = [...rows.keys()].sort();
      const width = Math.max(...modes.map(({ length }) => length));
      const cell = (provider: string, mode: string): string => {
        const counted = rows.get(provider)?.get(mode);
        return (counted === undefined ? '-' : `${String(counted.right)}/${String(counted.all)}`).padStart(Math.max(provider.length, 5));
      };
      const lines = modes.map((mode) => `${mode.padEnd(width)}  ${providers.map((provider) => cell(provider, mode)).join('  ')}`);
      const head = `${''.padEnd(width)}  ${providers.map((provider) => provider.padStart(5)).join('  ')}`;
      process.stdout.write(`\n${title}: as expected, of all\n${[head, ...lines].join('\n')}\n`);
    },
  };
}
