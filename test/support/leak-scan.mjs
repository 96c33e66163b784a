import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Before the suites: a folder for what they write, and the mark that all secrets of this run bear (test/support/canary.ts). Letters
 * and digits alone: no JSON and no address writes them in another way.
 */
export function prepareLeakScan() {
  process.env.MAESTRO_TEST_OUTPUT = mkdtempSync(join(tmpdir(), `maestro-output-${process.pid}-`));
  process.env.MAESTRO_TEST_MARK = `cNrY${randomBytes(5).toString('hex')}`;
}

/** After them. @throws Error where a secret is in anything that was written, with the files and the forms */
export function scanForLeaks() {
  const {
    MAESTRO_TEST_OUTPUT: output,
    MAESTRO_TEST_MARK: mark,
    MAESTRO_TEST_FIGURES: figures,
    MAESTRO_TEST_POSTGRES: server,
  } = process.env;
  const begin = performance.now();
  const canaries = canariesIn(output);
  const files = [...filesIn(output), ...leftOvers(output).flatMap(filesIn), join(server, 'postgres', 'server.log')];
  const { leaks, bytes } = leaksIn(files, mark);
  const milliseconds = Math.round(performance.now() - begin);
  if (leaks.length > 0) throw new Error(`secrets came out, kept in ${output}:\n${leaks.join('\n')}`);
  rmSync(output, { recursive: true, force: true });
  const text = `${canaries} canaries, ${files.length} files, ${(bytes / 2 ** 20).toFixed(1)} MiB of logs, answers, rows and left-overs looked through in ${milliseconds} ms: 0 hits`;
  if (figures) appendFileSync(figures, `${JSON.stringify({ row: 'T36', text })}\n`);
}

/** Which files hold the mark, and in which form. */
export function leaksIn(files, mark) {
  const forms = Object.entries(formsOf(mark));
  let bytes = 0;
  const leaks = files.flatMap((file) => {
    const content = contentOf(file);
    bytes += content.length;
    return forms.filter(([, looks]) => looks.some((look) => content.includes(look, 0, 'latin1'))).map(([form]) => `${file}: ${form}`);
  });
  return { leaks, bytes };
}

/** In base64 the same bytes look in three ways, after what stands before them; the ends depend on their neighbours. */
function formsOf(mark) {
  const hex = Buffer.from(mark).toString('hex');
  const inBothCases = (form) => [form(hex), form(hex.toUpperCase())];
  return {
    raw: [mark],
    'in other letters': [mark.toLowerCase(), mark.toUpperCase()],
    hex: inBothCases((text) => text),
    base64: [0, 1, 2].map((before) =>
      Buffer.from(`${'x'.repeat(before)}${mark}`)
        .toString('base64')
        .slice(before === 0 ? 0 : 4, -4),
    ),
    'url-encoded': inBothCases((text) => text.replaceAll(/../g, '%$&')),
    'JSON-escaped': inBothCases((text) => text.replaceAll(/../g, String.raw`\u00$&`)),
  };
}

/** What tests left in the folder for temporary files; the servers' own data is looked through by a test that knows what belongs there. */
function leftOvers(output) {
  const names = readdirSync(tmpdir()).filter((name) => name.startsWith('maestro-') && !/^maestro-(?:test|output)-/.test(name));
  return names.map((name) => join(tmpdir(), name)).filter((folder) => folder !== output);
}

/** Other runs come and go beside this one. */
function filesIn(folder) {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'canaries')
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
}

function contentOf(file) {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}

function canariesIn(output) {
  const lines = contentOf(join(output, 'canaries')).toString().split('\n');
  return new Set(lines.filter((line) => line !== '')).size;
}
