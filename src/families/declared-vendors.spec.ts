import { declaredProviders } from './declared-vendors.js';

const acme = { id: 'acme', displayName: 'Acme', baseUrl: 'https://api.acme.example/v1', dialect: 'openai-chat' };

function declared(...rows: readonly unknown[]): ReturnType<typeof declaredProviders> {
  return declaredProviders(JSON.stringify(rows));
}

describe('vendors that a file declares', () => {
  it('become providers, differences and all', () => {
    const { definitions, problems } = declared(acme, {
      ...acme,
      id: 'acme-local',
      baseUrl: 'http://127.0.0.1:9000/v1',
      differences: { isKeyOptional: true, lacksOptions: ['seed'], models: { path: '/catalogue', idField: 'name' } },
    });

    expect(problems).toEqual([]);
    expect(definitions.map(({ manifest }) => [manifest.id, manifest.settings['baseUrl']?.default])).toEqual([
      ['acme', 'https://api.acme.example/v1'],
      ['acme-local', 'http://127.0.0.1:9000/v1'],
    ]);
    expect(definitions[1]?.manifest.limitations.map(({ text }) => text)).toEqual([
      'Options that have no place in its requests and are not sent: topK, seed.',
      'A server that wants no key is used with the key "none", which is not sent.',
    ]);
  });

  it.each([
    ['nothing of the kind', '{}', 'it must be JSON: a list of providers'],
    ['a broken file', '[', 'it must be JSON: a list of providers'],
    ['no object', '[1]', 'entry 1 must be an object'],
    [
      'another field',
      [{ ...acme, url: 'x' }],
      'entry 1 (acme) has no field "url"; there is id, displayName, baseUrl, dialect, differences',
    ],
    ['no id', [{ ...acme, id: 'A B' }], 'entry 1 (A B) needs an id of 2 to 40 lower-case letters'],
    ['one id twice', [acme, acme], 'entry 2 (acme) has an id that another entry has'],
    ['no name', [{ ...acme, displayName: ' ' }], 'entry 1 (acme) needs a displayName'],
    ['no address', [{ ...acme, baseUrl: 'api.acme.example' }], 'entry 1 (acme) needs a baseUrl'],
    ['an address with a query', [{ ...acme, baseUrl: 'https://a.example/v1?key=1' }], 'entry 1 (acme) needs a baseUrl'],
    ['another wire', [{ ...acme, dialect: 'morse' }], 'entry 1 (acme) needs a dialect: '],
    ['differences that are none', [{ ...acme, differences: [] }], 'entry 1 (acme) differences must be an object'],
    ['a difference that is none', [{ ...acme, differences: { takesTea: true } }], 'entry 1 (acme) has no difference "takesTea"; there is '],
    ['one of another kind', [{ ...acme, differences: { takesTopK: 1 } }], 'entry 1 (acme) differences.takesTopK must be true or false'],
    [
      'a word that is none',
      [{ ...acme, differences: { reasoningWords: 'loud' } }],
      'entry 1 (acme) differences.reasoningWords must be one of effort, object, switch',
    ],
    ['a list of others', [{ ...acme, differences: { models: { at: 1 } } }], 'entry 1 (acme) differences.models must be an object of path'],
  ])('are refused for %s, in a line', (_what, file, problem) => {
    const { definitions, problems } = declaredProviders(typeof file === 'string' ? file : JSON.stringify(file));

    expect(problems).toEqual([expect.stringContaining(problem)]);
    expect(definitions).toEqual([]);
  });

  it('are refused for all that is wrong at once', () => {
    const { problems } = declared(
      { ...acme, id: 1, baseUrl: 2 },
      { dialect: 'openai-chat', differences: { headers: { a: 1 }, operations: ['sing'] } },
    );

    expect(problems).toEqual([
      expect.stringContaining('entry 1 needs an id'),
      'entry 1 needs a baseUrl that begins with http:// or https:// and has no query',
      expect.stringContaining('entry 2 needs an id'),
      'entry 2 needs a displayName',
      expect.stringContaining('entry 2 needs a baseUrl'),
      'entry 2 differences.headers must be an object of texts',
      expect.stringContaining('entry 2 differences.operations must be a list of'),
    ]);
  });
});
