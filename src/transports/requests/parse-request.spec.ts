import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { ChatDto } from './chat.dto.js';
import { parseRequest } from './parse-request.js';
import { ChangeSessionDto, CreateSessionDto, ListSessionsDto, ReplaceCredentialsDto } from './session.dto.js';

const chat = { provider: 'acme', session: 'work', model: 'm', messages: [{ role: 'user', content: 'Hi' }] };

function problemsOf(parse: () => unknown): readonly string[] {
  try {
    parse();
  } catch (error) {
    if (MaestroError.is(error) && 'problems' in error.parameters) return error.parameters.problems;
    throw error;
  }
  return [];
}

const chatProblems = (changes: object): readonly string[] => problemsOf(() => parseRequest(ChatDto, { ...chat, ...changes }));
const partProblems = (...content: readonly unknown[]): readonly string[] => chatProblems({ messages: [{ role: 'user', content }] });

describe('the parse of a request', () => {
  it('gives an instance with what was sent, and nothing else', () => {
    const request = parseRequest(ChatDto, chat);

    expect(request).toBeInstanceOf(ChatDto);
    expect(request).toEqual(chat);
    expect(Object.keys(request)).toEqual(Object.keys(chat));
  });

  it.each([[null], [undefined], [[]], ['text'], [42]])('refuses the body %j', (body) => {
    expect(problemsOf(() => parseRequest(ChatDto, body))).toEqual(['the body must be a JSON object']);
  });

  it('names what is missing', () => {
    expect(problemsOf(() => parseRequest(ChatDto, {}))).toEqual([
      'provider is missing; it must be a text',
      'session is missing; it must be a text',
      'model is missing; it must be a text',
      'messages is missing; it must be a list of 1 to 10000 objects',
    ]);
  });

  it.each([
    [
      { colour: 'red' },
      [
        'colour is not known here; known are provider, session, authType, model, messages, tools, options, providerOptions, contextId, stream',
      ],
    ],
    [{ messages: [{ role: 'user', content: 'Hi', name: 'x' }] }, ['messages[0].name is not known here']],
    [{ messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi', txt: '' }] }] }, ['messages[0].content[0].txt is not known here']],
    [{ options: { temprature: 1 } }, ['options.temprature is not known here']],
    [{ options: { reasoning: { depth: 1 } } }, ['options.reasoning.depth is not known here']],
    [{ 'a b\n': 1 }, [expect.stringMatching(/^"a b\\n" is not known here/)]],
    [JSON.parse('{ "constructor": { "name": "x" } }') as object, [expect.stringMatching(/^constructor is not known here/)]],
  ])('names the unknown field of %j', (changes, expected) => {
    expect(chatProblems(changes)).toEqual(expected);
  });

  it('takes a field that is called __proto__ for the unknown field it is', () => {
    const body: unknown = JSON.parse(`{ "__proto__": { "stream": true }, ${JSON.stringify(chat).slice(1)}`);

    expect(problemsOf(() => parseRequest(ChatDto, body))).toEqual([expect.stringMatching(/^__proto__ is not known here/)]);
  });

  it.each([
    [{ messages: [] }, ['messages must be a list of 1 to 10000 objects']],
    [{ messages: 'Hi' }, ['messages must be a list of 1 to 10000 objects']],
    [{ messages: ['Hi', null] }, ['messages[0] must be an object', 'messages[1] must be an object']],
    [{ messages: [{ role: 'robot', content: 'Hi' }] }, ['messages[0].role must be one of system, user, assistant, tool']],
    [{ messages: [{ role: 'user' }] }, ['messages[0].content is missing; it must be a text or a list of parts']],
    [{ messages: [{ role: 'user', content: 5 }] }, ['messages[0].content must be a text or a list of parts']],
    [{ messages: [{ role: 'user', content: '' }] }, ['messages[0].content must not be empty']],
    [{ messages: [{ role: 'user', content: [] }] }, ['messages[0].content must not be empty']],
    [{ model: '' }, ['model must not be empty']],
    [{ model: 'm'.repeat(1_001) }, ['model must have 1000 characters or fewer']],
    [{ provider: { $ne: '' } }, ['provider must be a text']],
    [{ session: null }, ['session must be a text']],
    [{ stream: 'yes' }, ['stream must be true or false']],
    [{ authType: null }, ['authType must be a text']],
    [{ options: 5 }, ['options must be an object']],
    [{ options: { temperature: '1' } }, ['options.temperature must be a number from 0 to 2']],
    [{ options: { temperature: null } }, ['options.temperature must be a number from 0 to 2']],
    [{ options: { maxTokens: 0.5 } }, ['options.maxTokens must be a whole number from 1 to 100000000']],
    [{ options: { stop: ['a', 5] } }, ['options.stop must be a list of at most 100 texts']],
    [{ options: { toolChoice: 'maybe' } }, ['options.toolChoice must be auto, none, required, or an object with the name of a tool']],
    [{ options: { toolChoice: 5 } }, ['options.toolChoice must be auto, none, required, or an object with the name of a tool']],
    [{ options: { logprobs: 21 } }, ['options.logprobs must be true, false, or a whole number from 0 to 20']],
    [{ options: { metadata: { a: 1 } } }, ['options.metadata must be an object of texts']],
    [{ options: { responseFormat: { type: 'xml' } } }, ['options.responseFormat.type must be one of text, json, json-schema']],
    [
      { options: { responseFormat: { type: 'json-schema' } } },
      ['options.responseFormat.schema is missing; it must be a JSON object of at most 64 levels'],
    ],
    [{ providerOptions: { acme: 5 } }, ['providerOptions must be an object with an object for each provider']],
    [{ tools: [{ name: 't', parameters: [] }] }, ['tools[0].parameters must be a JSON object of at most 64 levels']],
  ])('says what is wrong with %j', (changes, expected) => {
    expect(chatProblems(changes)).toEqual(expected);
  });

  it.each([
    [{ type: 'video' }, ['messages[0].content[0].type must be one of text, image, file, reasoning, tool-call, tool-result, provider-part']],
    [{ type: 'constructor' }, [expect.stringContaining('.type must be one of text')]],
    [{ type: 5 }, [expect.stringContaining('.type must be one of text')]],
    [{}, [expect.stringContaining('.type must be one of text')]],
    [null, ['messages[0].content[0] must be an object']],
    [{ type: 'image' }, ['messages[0].content[0].type needs exactly one of url, data beside it']],
    [{ type: 'image', url: 'https://a', data: 'QQ==' }, ['messages[0].content[0].type needs exactly one of url, data beside it']],
    [{ type: 'file', filename: 'a' }, ['messages[0].content[0].type needs exactly one of url, data, fileId beside it']],
    [
      { type: 'tool-call', callId: 'c', name: 'n', arguments: '{}' },
      ['messages[0].content[0].arguments must be a JSON object of at most 64 levels'],
    ],
    [
      { type: 'tool-result', callId: 'c', result: [{ type: 'reasoning' }] },
      ['messages[0].content[0].result[0].type must be one of text, image, file'],
    ],
    [
      { type: 'tool-result', callId: 'c', result: 5 },
      ['messages[0].content[0].result must be a text or a list of parts (text, image, file)'],
    ],
  ])('says what is wrong with the part %j', (part, expected) => {
    expect(partProblems(part)).toEqual(expected);
  });

  it('takes every kind of part and option', () => {
    const whole = {
      ...chat,
      authType: 'api_key',
      contextId: 'c-1',
      stream: false,
      messages: [
        { role: 'system', content: 'Be brief' },
        {
          role: 'user',
          content: [
            { type: 'text', text: '', providerOptions: { acme: { cache: true } } },
            { type: 'image', url: 'https://a.test/b.png' },
            { type: 'image', data: 'QQ==', mediaType: 'image/png' },
            { type: 'file', fileId: 'f-1', filename: 'a.pdf' },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'reasoning', text: 'hm', signature: 's', encrypted: 'e', id: 'r-1' },
            {
              type: 'tool-call',
              callId: 'c',
              name: 'n',
              arguments: { a: { b: [1, null] } },
              providerData: { x: 1 },
              providerOptions: { acme: { y: 2 } },
            },
            { type: 'provider-part', provider: 'acme', data: { ran: 'itself' } },
          ],
        },
        {
          role: 'tool',
          content: [{ type: 'tool-result', callId: 'c', name: 'n', result: [{ type: 'text', text: 'ok' }], isError: false }],
        },
        { role: 'tool', content: [{ type: 'tool-result', callId: 'c', result: 'ok' }] },
      ],
      tools: [
        { name: 't', description: 'd', parameters: { type: 'object', properties: { constructor: { type: 'string' } } }, strict: true },
      ],
      options: {
        temperature: 0.5,
        topP: 1,
        topK: 40,
        maxTokens: 100,
        stop: ['END'],
        seed: -1,
        frequencyPenalty: -2,
        presencePenalty: 2,
        toolChoice: { name: 't' },
        parallelToolCalls: true,
        responseFormat: { type: 'json-schema', name: 'n', schema: {}, strict: true },
        reasoning: { effort: 'low', budget: 0, summary: true },
        logprobs: 5,
        metadata: { a: 'b' },
        endUser: 'u',
      },
      providerOptions: { acme: { api: 'x' } },
    };

    expect(JSON.stringify(parseRequest(ChatDto, whole))).toBe(JSON.stringify(whole));
    for (const options of [
      { toolChoice: 'none', logprobs: true, responseFormat: { type: 'json' } },
      { responseFormat: { type: 'text' } },
    ]) {
      expect(chatProblems({ options })).toEqual([]);
    }
  });

  it('keeps JSON of its own as it came, with whatever keys, to 64 levels', () => {
    const nested = (levels: number): object => JSON.parse(`${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`) as object;
    const tool = (parameters: object): object => ({ tools: [{ name: 't', parameters }] });

    expect(chatProblems(tool(nested(64)))).toEqual([]);
    expect(chatProblems(tool(nested(65)))).toEqual(['tools[0].parameters must be a JSON object of at most 64 levels']);
    expect(chatProblems(tool(nested(100_000)))).toEqual(['tools[0].parameters must be a JSON object of at most 64 levels']);
    expect(chatProblems({ providerOptions: { acme: nested(65) } })).toHaveLength(1);
  });

  it('does not repeat itself for ever', () => {
    const problems = chatProblems({ messages: Array.from({ length: 5_000 }, () => 'Hi') });

    expect(problems).toHaveLength(21);
    expect(problems.at(-1)).toBe('4980 more problems');
  });
});

describe('the DTOs of sessions', () => {
  const session = { provider: 'acme', authType: 'api_key', name: 'work', credentials: { apiKey: 'k' } };

  it('take a session with all its fields', () => {
    const whole = { ...session, label: '', baseUrl: 'https://a.test', verify: true };

    expect(parseRequest(CreateSessionDto, whole)).toEqual(whole);
  });

  it.each([
    [{ credentials: 'sk' }, ['credentials must be an object']],
    [{ credentials: ['sk'] }, ['credentials must be an object']],
    [{ label: 'l'.repeat(201) }, ['label must have 200 characters or fewer']],
    [{ tenantId: 'other' }, [expect.stringMatching(/^tenantId is not known here/)]],
    [{ verify: 1 }, ['verify must be true or false']],
  ])('refuse %j', (changes, expected) => {
    expect(problemsOf(() => parseRequest(CreateSessionDto, { ...session, ...changes }))).toEqual(expected);
  });

  it('tell "take the label away" from "leave it"', () => {
    expect(parseRequest(ChangeSessionDto, { label: null })).toEqual({ label: null });
    expect(parseRequest(ChangeSessionDto, { label: 'new', name: 'n', disabled: true })).toEqual({
      label: 'new',
      name: 'n',
      disabled: true,
    });
    expect(problemsOf(() => parseRequest(ChangeSessionDto, { label: 5 }))).toEqual([
      'label must be a text of 200 characters or fewer, or null',
    ]);
    expect(parseRequest(ReplaceCredentialsDto, { credentials: {}, baseUrl: null })).toEqual({ credentials: {}, baseUrl: null });
    expect(problemsOf(() => parseRequest(ReplaceCredentialsDto, { credentials: {}, baseUrl: '' }))).toHaveLength(1);
    expect(problemsOf(() => parseRequest(ReplaceCredentialsDto, { credentials: {}, baseUrl: 'https://a' }))).toEqual([]);
  });

  it.each([['0'], ['201'], ['-1'], ['1.5'], ['ten'], ['']])('refuse the limit %j', (limit) => {
    expect(problemsOf(() => parseRequest(ListSessionsDto, { limit }))).toEqual(['limit must be a whole number from 1 to 200']);
  });

  it('take a list with every filter', () => {
    const query = { provider: 'acme', authType: 'oauth', status: 'expired', limit: '200', cursor: 'c' };

    expect(parseRequest(ListSessionsDto, query)).toEqual(query);
    expect(problemsOf(() => parseRequest(ListSessionsDto, { provider: ['a', 'b'], status: 'dead' }))).toEqual([
      'provider must be a text',
      expect.stringMatching(/^status must be one of active, expired, /),
    ]);
  });
});
