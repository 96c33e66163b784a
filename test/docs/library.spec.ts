import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import * as main from '../../src/index.js';

const text = readFileSync('docs/library.md', 'utf8');

describe('docs/library.md', () => {
  it('names only what the package gives', () => {
    const code = /```ts\n([^]*?)```/.exec(text)?.[1] ?? '';
    const table = [...text.matchAll(/^\| ((?:`[A-Z]\w+`(?:, )?)+) \|/gm)].flatMap(([, names = '']) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    );
    const called = [...code.matchAll(/\b([A-Z]\w+)\.(?:forRoot\w*|parse)\(/g)].map(([, name]) => name);
    const functions = [...text.matchAll(/`(gatewayAdapter|prepareGateway|storyMessages|collectAnswer)\(/g)].map(([, name]) => name);
    const named = [...new Set([...table, ...called, ...functions])];
    expect(named.length).toBeGreaterThan(12);
    expect(named.filter((name) => !Object.keys(main).includes(name ?? ''))).toEqual([]);
  });

  it('names only methods that there are', () => {
    const [, methods = ''] = /^\| `UniversalProvider` \| (.*) \|$/m.exec(text) ?? [];
    const names = [...methods.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(8);
    expect(names.filter((name) => !(name in main.UniversalProvider.prototype))).toEqual([]);
  });

  it('leads only to what is there', () => {
    const targets = [...text.matchAll(/\]\(([^)#]+)\)/g)].map(([, target = '']) => target);
    expect(targets.filter((target) => !existsSync(join('docs', target)))).toEqual([]);
  });

  it('asks an application for what package.json does', () => {
    const { peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly peerDependencies: object };
    for (const name of Object.keys(peerDependencies)) expect(text).toContain(`\`${name}\``);
  });
});
