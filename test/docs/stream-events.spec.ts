import { readFileSync } from 'node:fs';

import ts from 'typescript';

/** An event type, and its fields: `name`, or `name?` where it may be left out. */
type Events = Readonly<Record<string, readonly string[]>>;

const source = ts.createSourceFile('stream-event.ts', readFileSync('src/contracts/stream-event.ts', 'utf8'), ts.ScriptTarget.ESNext, true);

const interfaces = new Map(source.statements.filter(ts.isInterfaceDeclaration).map((declared) => [declared.name.text, declared]));

function unionMembers(name: string): readonly string[] {
  const alias = source.statements.filter(ts.isTypeAliasDeclaration).find((declared) => declared.name.text === name);
  return alias !== undefined && ts.isUnionTypeNode(alias.type) ? alias.type.types.map((type) => type.getText()) : [];
}

function propertiesOf(name: string): readonly ts.PropertySignature[] {
  const declared = interfaces.get(name);
  const inherited = declared?.heritageClauses?.flatMap(({ types }) => types.map((type) => type.getText())) ?? [];
  return [...inherited.flatMap(propertiesOf), ...(declared?.members.filter(ts.isPropertySignature) ?? [])];
}

function eventsOfTheCode(): Events {
  const entries = unionMembers('StreamEvent').map((name): [string, readonly string[]] => {
    const properties = propertiesOf(name);
    const type = properties
      .find((property) => property.name.getText() === 'type')
      ?.type?.getText()
      .replaceAll("'", '');
    const fields = properties.filter((property) => property.name.getText() !== 'type');
    return [type ?? name, fields.map((field) => field.name.getText() + (field.questionToken === undefined ? '' : '?')).sort()];
  });
  return Object.fromEntries(entries);
}

function eventsOfTheDocument(): Events {
  const [, ...sections] = readFileSync('docs/stream-events.md', 'utf8').split('\n## ');
  const entries = sections.map((section): [string, readonly string[]] => {
    const type = /^`([^`]+)`/.exec(section)?.[1] ?? section;
    return [type, [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, field = '']) => field).sort()];
  });
  return Object.fromEntries(entries);
}

describe('docs/stream-events.md', () => {
  it('has every event and every field of the code, optional where the code says so, and no other', () => {
    expect(eventsOfTheDocument()).toEqual(eventsOfTheCode());
  });

  it('is compared with something', () => {
    expect(Object.keys(eventsOfTheCode())).toHaveLength(14);
    expect(eventsOfTheCode()['usage']).toContain('cacheRead?');
  });

  it('names every reason to end', () => {
    const reasons = unionMembers('FinishReason').map((text) => text.replaceAll("'", ''));
    const documented = /\| `reason` \| ([^|]+) \|/.exec(readFileSync('docs/stream-events.md', 'utf8'))?.[1] ?? '';
    expect([...documented.matchAll(/`([^`]+)`/g)].map(([, reason]) => reason)).toEqual(reasons);
  });
});
