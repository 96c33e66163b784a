import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { FieldReader } from './field-reader.js';
import { defined, readRequest } from './field-reader.js';
import { unsaidFor } from './unsaid.js';

function problemsOf(body: unknown, read: (fields: FieldReader) => unknown): readonly string[] {
  try {
    readRequest(body, read);
    return [];
  } catch (error) {
    return MaestroError.is(error) && 'problems' in error.parameters ? error.parameters.problems : ['another error'];
  }
}

describe('the fields of a request', () => {
  it('are read by their type, and null stands for nothing', () => {
    const body = { t: 'x', n: 1, f: false, j: { a: 1 }, l: ['a'], o: { t: 'in' }, s: [{ t: '1' }, { t: '2' }], v: [1], none: null };
    const { value, notices } = readRequest(body, (fields) => {
      const inner = fields.fields('o');
      const read = [
        fields.needed('t'),
        fields.number('n'),
        fields.flag('f'),
        fields.json('j'),
        fields.texts('l'),
        inner?.text('t'),
        fields.value('v'),
      ];
      return [...read, ...fields.list('s').map((entry) => entry.text('t')), fields.text('none'), fields.has('none'), fields.list('none')];
    });
    expect(value).toEqual(['x', 1, false, { a: 1 }, ['a'], 'in', [1], '1', '2', undefined, false, []]);
    expect(notices).toEqual([]);
  });

  it('that nobody read are named, wherever they stand', () => {
    const body = { model: 'm', odd: 1, known: 2, none: null, list: [{ a: 1, b: { c: 2 } }, { whole: true }], said: true };
    const { notices } = readRequest(body, (fields) => {
      fields.ignore('known');
      fields.needed('model');
      fields.notice('said');
      const [first, second] = fields.list('list');
      first?.text('none');
      first?.fields('b')?.finish();
      first?.finish();
      second?.noticeWhole();
      second?.finish();
    });
    expect(notices).toEqual(['said', 'list[0].b.c', 'list[0].a', 'list[1]', 'odd']);
  });

  it('of the wrong type, or missing, are problems, all told at once', () => {
    const body = { t: 1, n: 'x', f: 0, j: [], l: [1], o: 'x', s: [1, {}], all: {} };
    const problems = problemsOf(body, (fields) => {
      fields.needed('t');
      fields.needed('gone');
      fields.number('n');
      fields.flag('f');
      fields.json('j');
      fields.texts('l');
      fields.fields('o');
      fields.list('s').forEach((entry) => entry.needed('name'));
      fields.list('all');
    });
    expect(problems).toEqual([
      't must be a text',
      'gone is missing',
      'n must be a number',
      'f must be true or false',
      'j must be an object',
      'l must be a list of texts',
      'o must be an object',
      's[0] must be an object',
      's[1].name is missing',
      'all must be a list',
    ]);
  });

  it('need a body that is an object', () => {
    expect([[], 'x', null, undefined].map((body) => problemsOf(body, () => 1))).toEqual(Array(4).fill(['the body must be a JSON object']));
  });
});

describe('an object that was read in part', () => {
  it('gives what nobody read, once, and lets a field be looked at unread', () => {
    const { value, notices } = readRequest({ a: 1, b: { c: 2 }, none: null }, (fields) => {
      const peeked = [fields.peek('b'), fields.peek('none'), fields.peek('constructor')];
      fields.number('a');
      return [peeked, fields.rest(), fields.rest()];
    });
    expect(value).toEqual([[{ c: 2 }, undefined, undefined], { b: { c: 2 } }, {}]);
    expect(notices).toEqual([]);
  });

  it('has its names in one spelling, and so have the objects in it', () => {
    const inCamelCase = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    const body = { top_p: 1, other_one: { kept_here: 1 }, a_list: [{ in_it: 2 }] };
    const { value, notices } = readRequest(
      body,
      (fields) => [fields.number('topP'), fields.fields('otherOne')?.number('keptHere'), fields.list('aList')[0]?.number('inIt')],
      inCamelCase,
    );
    expect(value).toEqual([1, 1, 2]);
    expect(notices).toEqual([]);
  });

  it('is missed where it is needed, and each problem is told once', () => {
    const problems = problemsOf({ t: 'x' }, (fields) => {
      fields.neededFields('gone').needed('name');
      fields.neededFields('t');
      fields.fields('t');
      fields.refuse('t', 'another');
    });
    expect(problems).toEqual(['gone is missing', 'gone.name is missing', 't must be an object', 't must be another']);
  });

  it('goes to the provider of the same wire, or its paths are named', () => {
    const optionsFor = (provider: string | undefined, body: object) =>
      readRequest(body, (fields) => unsaidFor(provider, fields.findings.notices).optionsOf(fields));
    expect(optionsFor('acme', { a: 1, b: 2 })).toEqual({ value: { providerOptions: { acme: { a: 1, b: 2 } } }, notices: [] });
    expect(optionsFor(undefined, { a: 1, b: 2 })).toEqual({ value: {}, notices: ['a', 'b'] });
    expect(optionsFor('acme', {})).toEqual({ value: {}, notices: [] });
  });
});

describe('what is defined', () => {
  it('leaves out what says nothing', () => {
    expect(defined({ a: 1, b: undefined, c: null })).toStrictEqual({ a: 1, c: null });
  });
});
