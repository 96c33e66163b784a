import { freshInput, readInput, restOfInput } from './custom-input.js';

function read(pieces: readonly string[]): { readonly text: string; readonly rest: string } {
  let input = freshInput;
  let text = '';
  for (const piece of pieces) {
    const step = readInput(input, piece);
    input = step.input;
    text += step.text;
  }
  return { text, rest: restOfInput(input) };
}

describe('the text of a custom tool', () => {
  const said = 'a "quote", a \\ and\na line, 😀 \u2028 \ud83d';

  it('is read from arguments that are cut anywhere, however they are spaced', () => {
    for (const json of [JSON.stringify({ input: said }), ` { "input" : ${JSON.stringify(said)} } `]) {
      for (let at = 0; at <= json.length; at += 1) {
        expect(read([json.slice(0, at), json.slice(at)])).toEqual({ text: said, rest: '' });
      }
      expect(read(Array.from(json, (character) => character))).toEqual({ text: said, rest: '' });
    }
  });

  it('is given as far as it came where the arguments were cut off', () => {
    expect(read(['{"input":"ab\\', 'ncd\\u00'])).toEqual({ text: 'ab\ncd', rest: '' });
  });

  it('is read where a model writes line breaks as they are', () => {
    expect(read(['{"input":"a\n', '\tb"}'])).toEqual({ text: 'a\n\tb', rest: '' });
  });

  it('is the arguments as they are where they say something else', () => {
    expect(read(['{"code":', '"x"}'])).toEqual({ text: '', rest: '{"code":"x"}' });
  });
});
