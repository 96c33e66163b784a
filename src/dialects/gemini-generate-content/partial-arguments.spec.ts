import type { ArgumentLeaf } from './argument-path.js';
import { objectFrom, pathFrom } from './argument-path.js';
import { closingText, noArguments, withLeaf } from './partial-arguments.js';

/** `$.a` = value; a text that goes on ends in `…`. */
function leaf(jsonPath: string, value: ArgumentLeaf['value']): ArgumentLeaf {
  const path = pathFrom(jsonPath) ?? [];
  const isOpen = typeof value === 'string' && value.endsWith('…');
  return { path, value: isOpen ? value.slice(0, -1) : value, isOpen };
}

function pieces(...leaves: readonly (readonly [string, ArgumentLeaf['value']])[]): readonly (string | undefined)[] {
  const given: (string | undefined)[] = [];
  let state = noArguments;
  for (const [path, value] of leaves) {
    const step = withLeaf(state, leaf(path, value));
    given.push(step.json);
    state = step.state;
  }
  return [...given, closingText(state)];
}

describe('arguments that arrive leaf by leaf', () => {
  it('are handed on as they come', () => {
    expect(pieces(['$.city', 'Zü…'], ['$.city', 'rich…'], ['$.city', ''], ['$.days', 3], ['$.exact', true], ['$.unit', null])).toEqual([
      '{"city":"Zü',
      'rich',
      '"',
      ',"days":3',
      ',"exact":true',
      ',"unit":null',
      '}',
    ]);
  });

  it('build objects and arrays in each other', () => {
    const given = pieces(
      ['$.recipe.parts[0].name', 'Flour'],
      ['$.recipe.parts[0].grams', 500],
      ['$.recipe.parts[1].name', 'Water…'],
      ['$.recipe.steps[0]', 'Mix'],
      ['$.recipe.steps[1][0]', 'Bake'],
      ['$.title', 'Bread'],
    );
    expect(JSON.parse(given.join(''))).toEqual({
      recipe: { parts: [{ name: 'Flour', grams: 500 }, { name: 'Water' }], steps: ['Mix', ['Bake']] },
      title: 'Bread',
    });
    expect(given[1]).toBe(',"grams":500');
  });

  it('are an empty object where nothing came', () => {
    expect(pieces()).toEqual(['{}']);
  });

  it('close a text that the next argument interrupts for good', () => {
    expect(pieces(['$.a', 'x…'], ['$.b', 1])).toEqual(['{"a":"x', '","b":1', '}']);
    expect(pieces(['$.a', 'x…'])).toEqual(['{"a":"x', '"}']);
  });

  it('escape texts, and join a character that was cut in two', () => {
    const rocket = '🚀';
    const given = pieces(['$.a', `"${rocket.charAt(0)}…`], ['$.a', `${rocket.charAt(1)}\n`]);
    expect(JSON.parse(given.join(''))).toEqual({ a: '"🚀\n' });
  });

  it('are right in the end where an argument comes back to something closed', () => {
    const given = pieces(['$.a', 'one …'], ['$.b.c', 1], ['$.a', 'two'], ['$.b.d', 2], ['$.b.c', 3]);
    expect(given.slice(0, 5)).toEqual(['{"a":"one ', '","b":{"c":1', '', '', '']);
    expect(JSON.parse(given.join(''))).toEqual({ a: 'one two', b: { c: 3, d: 2 } });
  });

  it('are right in the end where an array begins in its middle', () => {
    expect(pieces(['$.a[1]', 'b'])).toEqual(['', undefined]);
    const given = pieces(['$.a[0]', 'a'], ['$.b', 1], ['$.a[1]', 'b']);
    expect(JSON.parse(given.join(''))).toEqual({ a: ['a', 'b'], b: 1 });
  });

  it.each([
    [['$.a', 1] as const, ['$.a.b', 2] as const],
    [['$.a.b', 1] as const, ['$.a[0]', 2] as const],
    [['$.a[0]', 1] as const, ['$.a.b', 2] as const],
    [['$.a[0]', 1] as const, ['$.a[5000000]', 2] as const],
  ])('cannot be read where they contradict each other: %j, %j', (one, other) => {
    expect(pieces(one, other).at(-1)).toBeUndefined();
  });

  it('take a name for a name, whatever it is called', () => {
    const given = pieces(['$.__proto__.polluted', 1], ['$.constructor', 2], ['$.a', 3], ['$.__proto__.more', 4]);
    const read = JSON.parse(given.join('')) as object;
    expect(Object.entries(read).map(([name]) => name)).toEqual(['__proto__', 'constructor', 'a']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('leave the state they were read from as it was', () => {
    const { state } = withLeaf(noArguments, leaf('$.a', 'x…'));
    withLeaf(state, leaf('$.b', 1));
    expect(withLeaf(state, leaf('$.a', 'y')).json).toBe('y"');
  });
});

describe('the path of an argument', () => {
  it.each([
    ['$.a.b[2].c', ['a', 'b', 2, 'c']],
    ['$[\'a b\']["c.d"][0]', ['a b', 'c.d', 0]],
    ["$['it\\'s']", ["it's"]],
  ])('%s is read', (text, path) => {
    expect(pathFrom(text)).toEqual(path);
  });

  it.each(['', '$', 'a', '$[0]', '$.a[x]', '$.a.', '$..a', '$.a]'])('%j is none', (text) => {
    expect(pathFrom(text)).toBeUndefined();
  });
});

describe('the object of a list of arguments', () => {
  it('takes the later value of a path, and joins a text that was open', () => {
    expect(objectFrom([leaf('$.a', 1), leaf('$.a', 2), leaf('$.b', 'x…'), leaf('$.b', 'y'), leaf('$.b', 'z')])).toEqual({ a: 2, b: 'z' });
  });
});
