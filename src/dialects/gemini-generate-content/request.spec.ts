import type { ChatMessage, ChatRequest } from '../../contracts/chat.js';
import { madeCallId } from './call-id.js';
import { encodeRequest, modelPath } from './request.js';

const user: ChatMessage = { role: 'user', content: 'Hello' };

function encoded(request: Partial<ChatRequest>): ReturnType<typeof encodeRequest> {
  return encodeRequest({ model: 'gemini-2.5-flash', messages: [user], ...request }, 'gemini');
}

describe('a conversation on the wire', () => {
  it('keeps system messages apart and names the roles in its own words', () => {
    const messages: readonly ChatMessage[] = [
      { role: 'system', content: 'Be short.' },
      user,
      { role: 'assistant', content: 'Hi' },
      { role: 'system', content: [{ type: 'text', text: 'Be kind.' }] },
      { role: 'user', content: [{ type: 'text', text: 'Bye' }] },
    ];
    expect(encoded({ messages })).toEqual({
      systemInstruction: { parts: [{ text: 'Be short.' }, { text: 'Be kind.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'Hello' }] },
        { role: 'model', parts: [{ text: 'Hi' }] },
        { role: 'user', parts: [{ text: 'Bye' }] },
      ],
    });
  });

  it('gives a provider its own parts back as they came, and another none of them', () => {
    const own = { type: 'provider-part', provider: 'gemini', data: { executableCode: { language: 'PYTHON', code: '1' } } } as const;
    const content: ChatMessage['content'] = [
      own,
      { ...own, provider: 'other' },
      { type: 'tool-call', callId: 'c1', name: 'f', arguments: {}, providerOptions: { gemini: { thought: true } } },
    ];
    expect(encoded({ messages: [{ role: 'assistant', content }] }).contents[0]?.parts).toEqual([
      own.data,
      { functionCall: { id: 'c1', name: 'f', args: {} }, thought: true },
    ]);
  });

  it('gives thoughts and signatures back where they came from', () => {
    const content: ChatMessage['content'] = [
      { type: 'reasoning', text: 'Hm', signature: 'c2ln' },
      { type: 'text', text: 'Hi' },
      { type: 'reasoning', signature: 'bW9yZQ==' },
      { type: 'tool-call', callId: 'c1', name: 'f', arguments: { a: 1 }, providerData: { thoughtSignature: 'Y2FsbA==' } },
      { type: 'tool-call', callId: 'c2', name: 'g', arguments: {}, providerData: { itemId: 'of another wire' } },
    ];
    expect(encoded({ messages: [{ role: 'assistant', content }] }).contents).toEqual([
      {
        role: 'model',
        parts: [
          { text: 'Hm', thought: true, thoughtSignature: 'c2ln' },
          { text: 'Hi' },
          { text: '', thoughtSignature: 'bW9yZQ==' },
          { functionCall: { id: 'c1', name: 'f', args: { a: 1 } }, thoughtSignature: 'Y2FsbA==' },
          { functionCall: { id: 'c2', name: 'g', args: {} } },
        ],
      },
    ]);
  });

  it('puts the results of parallel calls into one turn, without ids that we made', () => {
    const callId = madeCallId('r1', 0);
    const messages: readonly ChatMessage[] = [
      { role: 'assistant', content: [{ type: 'tool-call', callId, name: 'f', arguments: {} }] },
      { role: 'tool', content: [{ type: 'tool-result', callId, result: '18 °C' }] },
      { role: 'tool', content: [{ type: 'tool-result', callId: 'c2', name: 'g', result: 'no such city', isError: true }] },
      user,
    ];
    expect(encoded({ messages }).contents.slice(0, 2)).toEqual([
      { role: 'model', parts: [{ functionCall: { name: 'f', args: {} } }] },
      {
        role: 'user',
        parts: [
          { functionResponse: { name: 'f', response: { output: '18 °C' } } },
          { functionResponse: { id: 'c2', name: 'g', response: { error: 'no such city' } } },
        ],
      },
    ]);
  });

  it('sends what a tool gave beside text as parts of its response', () => {
    const result = [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
      { type: 'image', data: 'aW1n', mediaType: 'image/png' },
    ] as const;
    const messages: readonly ChatMessage[] = [{ role: 'tool', content: [{ type: 'tool-result', callId: 'c', name: 'f', result }] }];
    expect(encoded({ messages }).contents[0]?.parts[0]?.functionResponse).toEqual({
      id: 'c',
      name: 'f',
      response: { output: 'a\nb' },
      parts: [{ inlineData: { mimeType: 'image/png', data: 'aW1n' } }],
    });
  });

  it('refuses a result that belongs to no known function', () => {
    const messages: readonly ChatMessage[] = [{ role: 'tool', content: [{ type: 'tool-result', callId: 'c9', result: '' }] }];
    expect(() => encoded({ messages })).toThrow(/tool result for call c9 names no function/);
  });

  it.each([
    [{ type: 'image', data: 'aW1n', mediaType: 'image/png' }, { inlineData: { mimeType: 'image/png', data: 'aW1n' } }],
    [{ type: 'image', url: 'data:image/gif;base64,R0lG' }, { inlineData: { mimeType: 'image/gif', data: 'R0lG' } }],
    [{ type: 'image', url: 'https://example.com/a.png' }, { fileData: { fileUri: 'https://example.com/a.png' } }],
    [
      { type: 'file', url: 'gs://b/a.pdf', mediaType: 'application/pdf' },
      { fileData: { fileUri: 'gs://b/a.pdf', mimeType: 'application/pdf' } },
    ],
    [{ type: 'file', fileId: 'https://example.com/v1beta/files/x' }, { fileData: { fileUri: 'https://example.com/v1beta/files/x' } }],
  ] as const)('sends %j as it can be sent', (part, expected) => {
    expect(encoded({ messages: [{ role: 'user', content: [part] }] }).contents[0]?.parts).toEqual([expected]);
  });

  it.each([{ type: 'image', data: 'aW1n' } as const, { type: 'file' } as const])('refuses %j, which cannot be sent', (part) => {
    expect(() => encoded({ messages: [{ role: 'user', content: [part] }] })).toThrow(/needs/);
  });

  it('adds a part’s own options, and no other provider’s', () => {
    const part = {
      type: 'text',
      text: 'x',
      providerOptions: { gemini: { mediaResolution: { level: 'LOW' } }, acme: { cache: true } },
    } as const;
    expect(encoded({ messages: [{ role: 'user', content: [part] }] }).contents[0]?.parts).toEqual([
      { text: 'x', mediaResolution: { level: 'LOW' } },
    ]);
  });
});

describe('the options of a chat on the wire', () => {
  it('are left out where nobody asked', () => {
    expect(encoded({})).toEqual({ contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] });
    expect(encoded({ tools: [], options: { reasoning: {}, logprobs: false, responseFormat: { type: 'text' } } })).toEqual(encoded({}));
  });

  it('have their own names', () => {
    const options = {
      temperature: 0,
      topP: 0.5,
      topK: 3,
      maxTokens: 10,
      stop: ['END'],
      seed: 7,
      frequencyPenalty: 0.1,
      presencePenalty: 0.2,
      logprobs: 2,
      responseFormat: { type: 'json-schema', schema: { type: 'object' } },
    } as const;
    expect(encoded({ options }).generationConfig).toEqual({
      temperature: 0,
      topP: 0.5,
      topK: 3,
      maxOutputTokens: 10,
      stopSequences: ['END'],
      seed: 7,
      frequencyPenalty: 0.1,
      presencePenalty: 0.2,
      responseLogprobs: true,
      logprobs: 2,
      responseMimeType: 'application/json',
      responseJsonSchema: { type: 'object' },
    });
    expect(encoded({ options: { logprobs: true, responseFormat: { type: 'json' } } }).generationConfig).toEqual({
      responseLogprobs: true,
      responseMimeType: 'application/json',
    });
  });

  it.each([
    ['gemini-2.5-flash', { effort: 'low' }, { thinkingBudget: 1024 }],
    ['models/gemini-2.5-pro', { effort: 'high', summary: true }, { includeThoughts: true, thinkingBudget: 24_576 }],
    ['gemini-3-pro-preview', { effort: 'high' }, { thinkingLevel: 'high' }],
    ['gemini-3-pro-preview', { effort: 'none' }, { thinkingBudget: 0 }],
    ['gemini-3-pro-preview', { effort: 'high', budget: 99 }, { thinkingBudget: 99 }],
    ['any-other', { summary: false }, { includeThoughts: false }],
  ] as const)('ask %s to think as much as %j says', (model, reasoning, thinkingConfig) => {
    expect(encoded({ model, options: { reasoning } }).generationConfig).toEqual({ thinkingConfig });
  });

  it.each([
    [undefined, undefined],
    ['auto', undefined],
    ['none', { mode: 'NONE' }],
    ['required', { mode: 'ANY' }],
    [{ name: 'f' }, { mode: 'ANY', allowedFunctionNames: ['f'] }],
  ] as const)('declare tools, with the choice %j', (toolChoice, config) => {
    const tools = [
      { name: 'f', description: 'does f', parameters: { type: 'object' } },
      { name: 'g', parameters: {} },
    ];
    const body = encoded({ tools, options: toolChoice === undefined ? {} : { toolChoice } });
    expect(body.tools).toEqual([
      {
        functionDeclarations: [
          { name: 'f', description: 'does f', parametersJsonSchema: { type: 'object' } },
          { name: 'g', parametersJsonSchema: {} },
        ],
      },
    ]);
    expect(body.toolConfig).toEqual(config && { functionCallingConfig: config });
  });

  it('hold the arguments of a strict tool to their schema', () => {
    const body = encoded({ tools: [{ name: 'f', parameters: {}, strict: true }] });
    expect(body.toolConfig).toEqual({ functionCallingConfig: { mode: 'VALIDATED' } });
  });

  it('join what only this wire knows', () => {
    const body = encoded({
      tools: [{ name: 'f', parameters: {} }],
      options: { temperature: 1, topK: 2 },
      providerOptions: {
        gemini: {
          tools: [{ googleSearch: {} }],
          generationConfig: { topK: 5, responseModalities: ['TEXT'] },
          cachedContent: 'cachedContents/1',
        },
        acme: { secret: true },
      },
    });
    expect(body).toMatchObject({
      tools: [{ functionDeclarations: [{ name: 'f' }] }, { googleSearch: {} }],
      generationConfig: { temperature: 1, topK: 5, responseModalities: ['TEXT'] },
      cachedContent: 'cachedContents/1',
    });
    expect(body).not.toHaveProperty('secret');
  });
});

describe('the path of a model', () => {
  it.each([
    ['gemini-2.5-flash', 'models/gemini-2.5-flash'],
    ['models/gemini-2.5-flash', 'models/gemini-2.5-flash'],
    ['tunedModels/my-own', 'tunedModels/my-own'],
    ['a b?c', 'models/a%20b%3Fc'],
  ])('%s is %s', (model, path) => {
    expect(modelPath(model)).toBe(path);
  });

  it.each(['../files', 'models/..', 'models//x', './x', ''])('%j is refused', (model) => {
    expect(() => modelPath(model)).toThrow(/model name/);
  });
});
