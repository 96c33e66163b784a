import { tellFigure } from '../support/tell-figure.js';
import { locked, lockedRoot, manifest, nameAt, needsOf, pathOf, production } from './lockfile.js';

/** What may be used, changed and passed on without more than naming its authors. */
const allowedLicences = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'Python-2.0',
  'Unlicense',
  '(MIT OR CC0-1.0)',
]);

describe('the lockfile', () => {
  it('is in step with package.json: what is asked for is what is locked, in exact versions', () => {
    for (const kind of ['dependencies', 'optionalDependencies', 'devDependencies', 'peerDependencies'] as const) {
      expect({ kind, names: lockedRoot[kind] }).toEqual({ kind, names: manifest[kind] });
    }
    const asked = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.devDependencies };
    const drift = Object.entries(asked).filter(([name, version]) => locked.get(`node_modules/${name}`)?.version !== version);
    expect(drift).toEqual([]);
  });

  it('holds everything that something in it needs', () => {
    const missing = [...locked].flatMap(([path, entry]) => {
      const { needed } = needsOf({ ...entry, peerDependencies: {} });
      return needed.filter((name) => pathOf(name, path) === undefined).map((name) => `${name}, which ${path} needs`);
    });
    expect(missing).toEqual([]);
    expect(production().missing).toEqual([]);
  });

  it('has a hash of every package, and takes none from git, a folder or an address of its own', () => {
    const entries = [...locked.values()];
    expect([...locked].filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? '')).map(([path]) => path)).toEqual([]);
    // Where no address is locked, npm asks the registry that is set up; the hash says whether the answer is the right one.
    const elsewhere = entries.filter(({ resolved, link }) => link === true || (resolved !== undefined && !isOfARegistry(resolved)));
    expect(elsewhere).toEqual([]);
    tellFigure('T43', `${String(entries.length)} locked packages: lockfile in step, each with a SHA-512, 0 from git or another address`);
  });

  it('brings no install script that package.json does not decide about', () => {
    const withScript = [...locked].filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => nameAt(path));
    const undecided = withScript.filter((name) => typeof manifest.allowScripts[name] !== 'boolean');
    const needless = Object.keys(manifest.allowScripts).filter((name) => !withScript.includes(name));
    expect({ undecided, needless }).toEqual({ undecided: [], needless: [] });
    const allowed = withScript.filter((name) => manifest.allowScripts[name] === true);
    tellFigure('T43', `${String(withScript.length)} packages with an install script: ${String(allowed.length)} allowed, 0 undecided`);
  });

  it('brings into production only what may be used and passed on freely', () => {
    const { paths } = production();
    const others = [...paths].filter((path) => !allowedLicences.has(locked.get(path)?.license ?? 'none said'));
    expect(others).toEqual([]);
    tellFigure('T43', `${String(paths.size)} packages of production, ${String(allowedLicences.size)} licences allowed: 0 others`);
  });

  it('leaves out what was turned against its users before: axios', () => {
    expect([...production().paths].map(nameAt)).not.toContain('axios');
  });
});

/** The path that a registry gives a package; the host is whoever runs the registry. */
function isOfARegistry(address: string): boolean {
  return /^https:\/\/[^/@]+\/(?:[^/]+\/)*(?:@[^/]+\/)?[^/]+\/-\/[^/]+\.tgz$/.test(address);
}
