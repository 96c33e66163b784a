import type { JsonObject } from '../../contracts/chat.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { carry } from '../../kit/carried.js';
import { madeCallId } from './call-id.js';
import { decodeGenerateContentRequest } from './request-decoder.js';

const call = { model: 'm', stream: false };
const hello = { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] };

function decoded(more: JsonObject, provider?: string) {
  return decodeGenerateContentRequest({ ...hello, ...more }, provider, call);
}

function partsOf(role: string, parts: readonly JsonObject[], provider?: string) {
  const { request, notices } = decoded({ contents: [{ role, parts }] }, provider);
  const content = request.messages.flatMap((message) => (typeof message.content === 'string' ? [] : message.content));
  return { content, notices };
}

function problemsOf(body: unknown): unknown {
  try {
    return decodeGenerateContentRequest(body, undefined, call);
  } catch (error) {
    return MaestroError.from(error).parameters;
  }
}

describe('what a client of generateContent asks', () => {
  it('is a request of ours, its names in either spelling', () => {
    const body = {
      system_instruction: { parts: [{ text: 'Be brief' }] },
      generation_config: { max_output_tokens: 5, thinking_config: { thinking_level: 'LOW' } },
    };
    expect(decoded(body)).toEqual({
      request: {
        model: 'm',
        messages: [
          { role: 'system', content: [{ type: 'text', text: 'Be brief' }] },
          { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
        ],
        options: { maxTokens: 5, reasoning: { effort: 'low' } },
      },
      stream: false,
      notices: [],
    });
  });

  it('pairs results with calls where neither has an id', () => {
    const contents = [
      { parts: [{ text: 'do' }] },
      {
        role: 'model',
        parts: [{ functionCall: { name: 'f', args: { a: 1 } } }, { functionCall: { name: 'g' } }, { functionCall: { name: 'f' } }],
      },
      {
        role: 'function',
        parts: [
          { functionResponse: { name: 'f', response: { output: 'one' } } },
          { functionResponse: { name: 'f', response: { error: 'two' } } },
          { functionResponse: { name: 'h' } },
        ],
      },
    ];
    expect(decoded({ contents }).request.messages.slice(1)).toEqual([
      {
        role: 'assistant',
        content: [
          { type: 'tool-call', callId: madeCallId(undefined, 0), name: 'f', arguments: { a: 1 } },
          { type: 'tool-call', callId: madeCallId(undefined, 1), name: 'g', arguments: {} },
          { type: 'tool-call', callId: madeCallId(undefined, 2), name: 'f', arguments: {} },
        ],
      },
      {
        role: 'tool',
        content: [
          { type: 'tool-result', callId: madeCallId(undefined, 0), name: 'f', result: 'one' },
          { type: 'tool-result', callId: madeCallId(undefined, 2), name: 'f', result: 'two', isError: true },
          { type: 'tool-result', callId: madeCallId(undefined, 3), name: 'h', result: '{}' },
        ],
      },
    ]);
  });

  it('gives another provider back what it had carried', () => {
    const parts = [
      { text: 'hm', thought: true, thoughtSignature: carry({ encrypted: 'E', id: 'rs_1' }) },
      { functionCall: { id: 'c1', name: 'f' }, thoughtSignature: carry({ callId: 'c1', providerData: { item: 'fc_1' } }) },
      { functionCall: { id: 'c2', name: 'f' }, thoughtSignature: carry({ callId: 'c2' }) },
      { text: 'aloud', thoughtSignature: 'S' },
      { text: '', thoughtSignature: 'T' },
    ];
    expect(partsOf('model', parts).content).toEqual([
      { type: 'reasoning', text: 'hm', encrypted: 'E', id: 'rs_1' },
      { type: 'tool-call', callId: 'c1', name: 'f', arguments: {}, providerData: { item: 'fc_1' } },
      { type: 'tool-call', callId: 'c2', name: 'f', arguments: {} },
      { type: 'text', text: 'aloud' },
      { type: 'reasoning', signature: 'S' },
      { type: 'reasoning', signature: 'T' },
    ]);
  });

  it('keeps a result that is an object for its own wire, and tells it to others as JSON', () => {
    const functionResponse = { id: 'c', name: 'f', response: { temperature: 20 } };
    const result = { type: 'tool-result', callId: 'c', name: 'f', result: '{"temperature":20}' };
    expect(partsOf('user', [{ functionResponse }])).toEqual({ content: [result], notices: [] });
    expect(partsOf('user', [{ functionResponse }], 'acme').content).toEqual([
      { ...result, providerOptions: { acme: { functionResponse } } },
    ]);
  });

  it('reads pictures, and files by data or address', () => {
    const parts = [
      { inline_data: { mime_type: 'image/png', data: 'QQ==' }, thoughtSignature: 'S' },
      { fileData: { fileUri: 'gs://a', mimeType: 'video/mp4' } },
      {
        functionResponse: {
          id: 'c',
          name: 'f',
          response: { output: 'x' },
          parts: [{ inlineData: { mimeType: 'image/png', data: 'QQ==' } }],
        },
      },
    ];
    const picture = { type: 'image', mediaType: 'image/png', data: 'QQ==' };
    expect(partsOf('user', parts).content).toEqual([
      picture,
      { type: 'reasoning', signature: 'S' },
      { type: 'file', mediaType: 'video/mp4', url: 'gs://a' },
      { type: 'tool-result', callId: 'c', name: 'f', result: [{ type: 'text', text: 'x' }, picture] },
    ]);
  });
});

describe('what only generateContent can say', () => {
  const more: JsonObject = {
    contents: [
      {
        role: 'user',
        label: 'x',
        parts: [
          { text: 'x', partMetadata: {} },
          { inlineData: { mimeType: 'image/png', data: 'QQ==', displayName: 'd' } },
          { executableCode: { code: '1' } },
        ],
      },
    ],
    tools: [{ googleSearch: {}, functionDeclarations: [{ name: 'f', behavior: 'BLOCKING' }] }],
    toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f', 'g'] }, retrievalConfig: {} },
    generationConfig: {
      candidateCount: 2,
      responseMimeType: 'text/x.enum',
      thinkingConfig: { thinkingBudget: -1, thinkingLevel: 'EXTREME' },
    },
    safetySettings: [],
  };

  it('is named by its path where another wire answers', () => {
    const { notices, request } = decoded(more);
    expect([...notices].sort()).toEqual(
      [
        'contents[0].label',
        'contents[0].parts[0].partMetadata',
        'contents[0].parts[1].inlineData.displayName',
        'contents[0].parts[2]',
        'generationConfig.candidateCount',
        'generationConfig.responseMimeType',
        'generationConfig.thinkingConfig.thinkingBudget',
        'generationConfig.thinkingConfig.thinkingLevel',
        'safetySettings',
        'toolConfig.functionCallingConfig.allowedFunctionNames',
        'toolConfig.retrievalConfig',
        'tools[0].functionDeclarations[0].behavior',
        'tools[0].googleSearch',
      ].sort(),
    );
    expect(request.options).toEqual({ toolChoice: 'required', reasoning: {} });
  });

  it('goes to a provider of the same wire in its place', () => {
    const { request, notices } = decoded(more, 'acme');
    expect(notices).toEqual(['contents[0].label']);
    expect(request.providerOptions).toEqual({
      acme: {
        safetySettings: [],
        tools: [{ googleSearch: {} }],
        toolConfig: { functionCallingConfig: { allowedFunctionNames: ['f', 'g'] }, retrievalConfig: {} },
        generationConfig: more['generationConfig'],
      },
    });
    expect(request.messages[0]?.content).toEqual([
      { type: 'text', text: 'x', providerOptions: { acme: { partMetadata: {} } } },
      {
        type: 'image',
        mediaType: 'image/png',
        data: 'QQ==',
        providerOptions: { acme: { inlineData: { mimeType: 'image/png', data: 'QQ==', displayName: 'd' } } },
      },
      { type: 'provider-part', provider: 'acme', data: { executableCode: { code: '1' } } },
    ]);
  });
});

describe('options of generateContent', () => {
  const calling = (config: JsonObject): JsonObject => ({ toolConfig: { functionCallingConfig: config } });
  const generation = (config: JsonObject): JsonObject => ({ generationConfig: config });

  it.each([
    [calling({ mode: 'AUTO' }), { toolChoice: 'auto' }],
    [calling({ mode: 'NONE' }), { toolChoice: 'none' }],
    [calling({ mode: 'ANY', allowedFunctionNames: ['f'] }), { toolChoice: { name: 'f' } }],
    [generation({ thinkingConfig: { thinkingBudget: 0, includeThoughts: false } }), { reasoning: { effort: 'none', summary: false } }],
    [generation({ responseLogprobs: true }), { logprobs: true }],
    [generation({ responseLogprobs: true, logprobs: 4 }), { logprobs: 4 }],
    [generation({ responseLogprobs: false }), { logprobs: false }],
    [generation({ responseMimeType: 'text/plain' }), { responseFormat: { type: 'text' } }],
    [generation({ responseMimeType: 'application/json' }), { responseFormat: { type: 'json' } }],
    [
      generation({ responseMimeType: 'application/json', responseSchema: { type: 'OBJECT' } }),
      { responseFormat: { type: 'json-schema', schema: { type: 'object' } } },
    ],
  ])('are ours: %j', (more, options) => {
    expect(decoded(more)).toMatchObject({ request: { options }, notices: [] });
  });

  it('read a schema of the wire as JSON Schema, and leave alone what callers named', () => {
    const parameters = {
      type: 'OBJECT',
      properties: {
        type: { type: 'STRING', nullable: true, minLength: '2' },
        list: { type: 'ARRAY', items: { anyOf: [{ type: 'NUMBER' }, true] } },
      },
      $defs: { any: true },
    };
    const { request } = decoded({
      tools: [{ functionDeclarations: [{ name: 'f', description: 'd', parameters }, { name: 'g' }] }],
      ...calling({ mode: 'VALIDATED' }),
    });
    expect(request.tools).toEqual([
      {
        name: 'f',
        description: 'd',
        strict: true,
        parameters: {
          type: 'object',
          properties: {
            type: { type: ['string', 'null'], minLength: 2 },
            list: { type: 'array', items: { anyOf: [{ type: 'number' }, true] } },
          },
          $defs: { any: true },
        },
      },
      { name: 'g', strict: true, parameters: { type: 'object', properties: {} } },
    ]);
  });

  it.each([
    ['x', 'the body must be a JSON object'],
    [{}, 'contents must be a list of contents'],
    [{ contents: [{ role: 'robot' }] }, 'contents[0].role must be user or model'],
    [{ contents: [{ parts: [{ inlineData: { data: 'x' } }] }] }, 'contents[0].parts[0].inlineData.mimeType is missing'],
    [
      { contents: [{ parts: [{ functionResponse: { name: 'f', parts: [{ text: 'x' }] } }] }] },
      'contents[0].parts[0].functionResponse.parts[0] must be a part with inlineData or fileData',
    ],
    [{ ...hello, ...calling({ mode: 'SOME' }) }, 'toolConfig.functionCallingConfig.mode must be AUTO, ANY, NONE or VALIDATED'],
    [{ ...hello, ...generation({ temperature: 'hot' }) }, 'generationConfig.temperature must be a number'],
  ])('and the rest are refused by their path: %j', (body, problem) => {
    expect(problemsOf(body)).toEqual({ problems: [problem] });
  });
});
