import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

interface Rule {
  readonly name: string;
}

const root = process.cwd();
const load = createRequire(join(root, 'package.json'));
const { forbidden } = load('./.dependency-cruiser.cjs') as { readonly forbidden: readonly Rule[] };

/** Of each room a file that imports what it must not: a stranger in src, and a package that no room may load. */
const rooms = [
  'contracts',
  'kit',
  'dialects',
  'families',
  'providers',
  'discovery',
  'core',
  'persistence',
  'observability',
  'testing',
  'config',
];
const transports = ['requests', 'http', 'cli', 'rpc'];

const folders = [...rooms, ...transports.map((name) => `transports/${name}`)];

function planted(): Readonly<Record<string, string>> {
  const files: Record<string, string> = { 'src/elsewhere/stranger.ts': 'export const stranger = 1;\n' };
  for (const folder of folders) {
    const file = `src/${folder}/planted/breach.ts`;
    const stranger = relative(dirname(file), 'src/elsewhere/stranger.js');
    files[file] = `import { stranger } from '${stranger}';\nimport 'prettier';\nexport const breach = stranger;\n`;
  }
  return {
    ...files,
    'src/providers/acme/acme.ts': "import { other } from '../other/other.js';\nexport const acme = other;\n",
    'src/providers/other/other.ts': 'export const other = 1;\n',
    'src/dialects/one/one.ts': "import { two } from '../two/two.js';\nexport const one = two;\n",
    'src/dialects/two/two.ts': 'export const two = 1;\n',
    'src/providers/acme/testing/acme.simulator.ts': 'export const simulator = 1;\n',
    'src/core/uses-simulator.ts':
      "import { simulator } from '../providers/acme/testing/acme.simulator.js';\nexport const used = simulator;\n",
    'src/providers/acme/uses-sdk.ts': "import 'google-auth-library';\nimport '@aws-sdk/client-bedrock-runtime';\n",
    'src/main.ts': 'export const main = 1;\n',
    'src/core/uses-main.ts': "import { main } from '../main.js';\nexport const used = main;\n",
    'test/help.ts': 'export const help = 1;\n',
    'src/core/uses-test.ts': "import { help } from '../../test/help.js';\nexport const used = help;\n",
    'src/core/circle-a.ts': "import { b } from './circle-b.js';\nexport const a = (): number => b();\n",
    'src/core/circle-b.ts': "import { a } from './circle-a.js';\nexport const b = (): number => a();\n",
    'src/core/unknown.ts': "import 'no-such-package';\n",
  };
}

interface Cruise {
  readonly summary: { readonly violations: readonly { readonly from: string; readonly rule: Rule }[] };
}

function cruise(folder: string): Cruise {
  const tool = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const output = execFileSync(process.execPath, [tool, 'src', '--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'json'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(output) as Cruise;
}

describe('the rings', () => {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-rings-'));

  beforeAll(() => {
    for (const [path, text] of Object.entries(planted())) {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { module: 'nodenext' }, include: ['src'] }));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('are held by rules that each catch a planted import', () => {
    const { violations } = cruise(folder).summary;
    const caught = new Set(violations.map(({ rule }) => rule.name));
    expect([...caught].sort()).toEqual(forbidden.map(({ name }) => name).sort());
    for (const room of folders) {
      const rules = violations.filter(({ from }) => from === `src/${room}/planted/breach.ts`).map(({ rule }) => rule.name.split('-')[0]);
      expect({ room, rules: rules.sort() }).toEqual({ room, rules: ['npm', 'ring'] });
    }
  });

  it('hold in this tree', () => {
    expect(cruise(root).summary.violations).toEqual([]);
  });
});
