// docs/test-matrix.md as a text.

const forms = ['small', 'nightly', 'soak'];

const head = `# Test matrix

What is measured of reliability and security, row by row: the property, the figure that is to hold, what was seen, when, and the
command that shows it. \`npm test\` prints the small form of each row at its end, \`npm run test:nightly\` the long one. Times are of the
machine that ran it (two cores, often shared); no test depends on one.

This page is written by \`node scripts/print-test-matrix.mjs\`; a test compares.
`;

export function matrixPage(rows, figures) {
  return `${head}\n${rows.map((row) => section(row, figures[row.row] ?? {})).join('\n')}`;
}

function section(row, seen) {
  const lines = [`## ${row.row} · ${row.property}`, '', `To hold: ${row.holds}.`, ''];
  for (const form of forms) {
    const command = commandOf(row, form);
    const { date, figures = [] } = seen[form] ?? {};
    if (command === undefined) continue;
    lines.push(`- ${titles[form]}: \`${command}\``);
    if (figures.length === 0) lines.push('  - no figure seen yet');
    for (const figure of figures) lines.push(`  - ${date}: ${figure}`);
  }
  for (const note of row.notes ?? []) lines.push(`- ${note}`);
  if (row.unmeasured !== undefined) lines.push(`- cannot be measured here: ${row.unmeasured}`);
  if (lines.length === 4) lines.push('- no test yet');
  return `${lines.join('\n')}\n`;
}

const titles = { small: 'small form', nightly: 'long form', soak: 'soak' };

function commandOf(row, form) {
  if (form === 'soak') return row.soak;
  if (row[form] === undefined) return undefined;
  return `npm ${form === 'small' ? 'test' : 'run test:nightly'} -- ${row[form].join(' ')}`;
}
