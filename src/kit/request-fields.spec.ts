import { MaestroError } from '../contracts/errors/maestro-error.js';
import { requestFields } from './request-fields.js';
import { unsaidFor } from './unsaid.js';

const problemsOf = (action: () => unknown): unknown => {
  try {
    action();
    return undefined;
  } catch (error) {
    return MaestroError.from(error).parameters;
  }
};
const body = requestFields({ t: 'x', n: 1, f: true, o: { inner: { deep: 1 } }, l: [{ a: 'b' }], s: ['x'], z: null });

describe('a reader of a client’s fields', () => {
  it('gives what is there, and takes null for absent', () => {
    expect([body.text('t'), body.number('n'), body.flag('f'), body.texts('s'), body.text('z'), body.json('none')]).toEqual([
      'x',
      1,
      true,
      ['x'],
      undefined,
      undefined,
    ]);
    expect(body.jsonObject('o')).toEqual({ inner: { deep: 1 } });
    expect([body.has('t'), body.has('z'), body.has('none')]).toEqual([true, false, false]);
  });

  it.each([
    [() => requestFields([]), 'the body must be an object'],
    [() => body.text('n'), 'n must be a text'],
    [() => body.neededText('none'), 'none must be a text'],
    [() => body.neededObject('none'), 'none must be an object'],
    [() => body.number('t'), 't must be a number'],
    [() => body.flag('t'), 't must be true or false'],
    [() => body.texts('l'), 'l must be a list of texts'],
    [() => body.objects('t'), 't must be a list'],
    [() => body.objects('s'), 's[0] must be an object'],
    [() => body.objects('l')?.[0]?.number('a'), 'l[0].a must be a number'],
    [() => body.object('o')?.object('inner')?.text('deep'), 'o.inner.deep must be a text'],
  ])('refuses what is something else, by its path (%#)', (action, problem) => {
    expect(problemsOf(action)).toEqual({ problems: [problem] });
  });

  it('knows what nobody read, and reads names in another spelling', () => {
    const fields = requestFields({ top_p: 1, other_one: { kept_here: 1 }, unset: null }, (name) =>
      name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
    );
    expect(fields.number('topP')).toBe(1);
    expect(fields.rest()).toEqual({ otherOne: { kept_here: 1 } });
    expect(fields.object('otherOne')?.number('keptHere')).toBe(1);
  });
});

describe('what a request of ours cannot say', () => {
  it('goes to the provider of the same wire, or is noted', () => {
    const fields = () => requestFields({ a: 1, b: 2 });
    expect(unsaidFor('acme').optionsOf(fields())).toEqual({ providerOptions: { acme: { a: 1, b: 2 } } });
    const lost = unsaidFor(undefined);
    expect(lost.optionsOf(fields())).toEqual({});
    expect(lost.notices).toEqual(['a', 'b']);
    expect(unsaidFor('acme').optionsOf(requestFields({}))).toEqual({});
  });
});
