import type { JsonObject } from '../../contracts/chat.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import { geminiGenerateContentDecoder } from './stream-decoder.js';

/** Hand-made after the facts of the wire. */
const decoder = geminiGenerateContentDecoder('gemini');

function read(...chunks: readonly object[]): readonly StreamEvent[] {
  let state: Parameters<typeof decoder.decode>[1];
  const events: StreamEvent[] = [];
  for (const chunk of chunks) {
    const step = decoder.decode({ data: JSON.stringify(chunk) }, state);
    state = step.state;
    events.push(...step.events);
  }
  return [...events, ...decoder.end(state)];
}

/** A chunk with these parts. */
function chunk(...parts: readonly JsonObject[]): JsonObject {
  return { candidates: [{ content: { role: 'model', parts }, index: 0 }], modelVersion: 'gemini-x', responseId: 'r1' };
}

function end(finishReason = 'STOP', candidate: object = {}): object {
  return { candidates: [{ finishReason, ...candidate }], modelVersion: 'gemini-x', responseId: 'r1' };
}

function failureOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return MaestroError.from(error).code;
  }
}

const start: StreamEvent = { type: 'message-start', id: 'r1', model: 'gemini-x' };

describe('a streamed answer', () => {
  it('is text, with the start first and the end last', () => {
    expect(read(chunk({ text: 'Hel' }), chunk({ text: 'lo' }, { text: '' }), end())).toEqual([
      start,
      { type: 'text-delta', part: 0, text: 'Hel' },
      { type: 'text-delta', part: 0, text: 'lo' },
      { type: 'message-end', reason: 'stop', providerReason: 'STOP' },
    ]);
  });

  it('begins even where the wire tells neither id nor model', () => {
    expect(read({ candidates: [{ content: { parts: [{ text: 'a' }] }, finishReason: 'STOP' }] })[0]).toEqual({
      type: 'message-start',
      model: '',
    });
  });

  it('keeps thoughts apart from text, and a signature with its thought', () => {
    const events = read(
      chunk({ text: 'Hm', thought: true }, { text: '…', thought: true, thoughtSignature: 'c2ln' }),
      chunk({ text: 'So', thought: true }, { text: '', thought: true }),
      chunk({ text: 'Hi' }),
      chunk({ text: ' you', thoughtSignature: 'b25l' }),
      chunk({ text: '', thoughtSignature: 'dHdv' }, { text: '', thought: true, thoughtSignature: 'dGhyZWU=' }),
      end(),
    );
    expect(events.slice(1, -1)).toEqual([
      { type: 'reasoning-delta', part: 0, text: 'Hm' },
      { type: 'reasoning-delta', part: 0, text: '…', signature: 'c2ln' },
      { type: 'reasoning-delta', part: 1, text: 'So' },
      { type: 'text-delta', part: 2, text: 'Hi' },
      { type: 'text-delta', part: 2, text: ' you' },
      { type: 'reasoning-delta', part: 3, signature: 'b25l' },
      { type: 'reasoning-delta', part: 4, signature: 'dHdv' },
      { type: 'reasoning-delta', part: 5, signature: 'dGhyZWU=' },
    ]);
  });

  it('ends in tool calls where there were some, each with an id that is the same every time', () => {
    const chunks = [
      chunk({ text: 'Let me see' }),
      chunk({ functionCall: { name: 'f', args: { a: 'Zü' } }, thoughtSignature: 'c2ln' }, { functionCall: { name: 'g', id: 'wire-1' } }),
      end(),
    ];
    expect(read(...chunks).slice(2)).toEqual([
      { type: 'tool-call-start', part: 1, callId: 'no-wire-id-r1-0', name: 'f' },
      { type: 'tool-call-delta', callId: 'no-wire-id-r1-0', json: '{"a":"Zü"}' },
      { type: 'tool-call-end', callId: 'no-wire-id-r1-0', providerData: { thoughtSignature: 'c2ln' } },
      { type: 'tool-call-start', part: 2, callId: 'wire-1', name: 'g', providerCallId: 'wire-1' },
      { type: 'tool-call-delta', callId: 'wire-1', json: '{}' },
      { type: 'tool-call-end', callId: 'wire-1' },
      { type: 'message-end', reason: 'tool-calls', providerReason: 'STOP' },
    ]);
    expect(read(...chunks)).toEqual(read(...chunks));
  });

  it('streams arguments that come in pieces', () => {
    const events = read(
      chunk({ functionCall: { name: 'f', willContinue: true } }),
      chunk({ functionCall: { partialArgs: [{ jsonPath: '$.city', stringValue: 'Zü', willContinue: true }], willContinue: true } }),
      chunk({ functionCall: { partialArgs: [{ jsonPath: '$.city', stringValue: 'rich' }], willContinue: true } }),
      chunk({ functionCall: { willContinue: true } }),
      chunk({
        functionCall: {
          partialArgs: [
            { jsonPath: '$.n', numberValue: 2 },
            { jsonPath: '$.b', boolValue: false },
            { jsonPath: '$.z', nullValue: 'NULL_VALUE' },
          ],
        },
      }),
      chunk({ functionCall: {} }),
      end(),
    );
    const deltas = events.filter((event) => event.type === 'tool-call-delta').map(({ json }) => json);
    expect(deltas).toEqual(['{"city":"Zü', 'rich"', ',"n":2,"b":false,"z":null}']);
    expect(events.filter(({ type }) => type === 'tool-call-end')).toHaveLength(1);
  });

  it('ends a call in pieces where the next one begins, or the answer ends', () => {
    const events = read(
      chunk({ functionCall: { name: 'f', willContinue: true } }),
      chunk({ functionCall: { name: 'g', willContinue: true, partialArgs: [{ jsonPath: '$.a', stringValue: 'x', willContinue: true }] } }),
      end(),
    );
    expect(events.map(({ type }) => type)).toEqual([
      'message-start',
      'tool-call-start',
      'tool-call-delta',
      'tool-call-end',
      'tool-call-start',
      'tool-call-delta',
      'tool-call-delta',
      'tool-call-end',
      'message-end',
    ]);
  });

  it.each([
    [{ partialArgs: [{ jsonPath: 'nowhere', stringValue: 'x' }] }],
    [{ partialArgs: [{ stringValue: 'x' }] }],
    [
      {
        partialArgs: [
          { jsonPath: '$.a', numberValue: 1 },
          { jsonPath: '$.a.b', numberValue: 1 },
        ],
      },
    ],
  ])('is malformed where arguments cannot be read: %j', (call) => {
    expect(failureOf(() => read(chunk({ functionCall: { name: 'f', ...call } }), end()))).toBe('upstream.malformed');
  });

  it('shows the code that the provider ran, with its result', () => {
    const events = read(
      chunk({ text: 'a' }, { executableCode: { language: 'PYTHON', code: '1+1' }, thoughtSignature: 'c2ln' }),
      chunk({ codeExecutionResult: { outcome: 'OUTCOME_OK', output: '2' } }),
      chunk(
        { executableCode: { language: 'PYTHON', code: '2', id: 'run' } },
        { codeExecutionResult: { outcome: 'OUTCOME_OK', id: 'run' } },
      ),
      chunk({ text: 'b' }),
      end(),
    );
    const code = { type: 'server-tool', name: 'codeExecution' };
    expect(events.slice(2, -1)).toEqual([
      {
        ...code,
        callId: 'code-r1-1',
        phase: 'start',
        data: { type: 'executableCode', language: 'PYTHON', code: '1+1', thoughtSignature: 'c2ln' },
      },
      { ...code, callId: 'code-r1-1', phase: 'result', data: { type: 'codeExecutionResult', outcome: 'OUTCOME_OK', output: '2' } },
      { ...code, callId: 'run', phase: 'start', data: { type: 'executableCode', language: 'PYTHON', code: '2', id: 'run' } },
      { ...code, callId: 'run', phase: 'result', data: { type: 'codeExecutionResult', outcome: 'OUTCOME_OK', id: 'run' } },
      { type: 'text-delta', part: 1, text: 'b' },
    ]);
  });

  it('hands files on, but none that were only thought of', () => {
    const thought = { inlineData: { mimeType: 'image/png', data: 'eA==' }, thought: true };
    const events = read(
      chunk({ inlineData: { mimeType: 'image/png', data: 'aW1n' }, thoughtSignature: 'c2ln' }),
      chunk({ fileData: { mimeType: 'video/mp4', fileUri: 'https://example.com/v' } }, { inlineData: { data: 'eA==' } }, thought),
      end(),
    );
    expect(events.slice(1, -1)).toEqual([
      { type: 'file', part: 0, mediaType: 'image/png', data: 'aW1n' },
      { type: 'reasoning-delta', part: 1, signature: 'c2ln' },
      { type: 'file', part: 2, mediaType: 'video/mp4', url: 'https://example.com/v' },
      { type: 'file', part: 3, mediaType: 'application/octet-stream', data: 'eA==' },
      { type: 'provider-event', name: 'inlineData', data: thought },
    ]);
  });

  it('keeps what it does not know, once where it repeats', () => {
    const note = { ...chunk({ text: 'a' }), turnToken: 't' };
    const events = read(
      note,
      note,
      chunk({ hologram: { x: 1 } }, { functionResponse: { name: 'f' } }, { functionCall: { args: { a: 1 } } }, {}),
      end('STOP', { finishMessage: 'done' }),
    );
    expect(events.filter(({ type }) => type === 'provider-event')).toEqual([
      { type: 'provider-event', name: 'response', data: { turnToken: 't' } },
      { type: 'provider-event', name: 'hologram', data: { hologram: { x: 1 } } },
      { type: 'provider-event', name: 'functionResponse', data: { functionResponse: { name: 'f' } } },
      { type: 'provider-event', name: 'functionCall', data: { args: { a: 1 } } },
      { type: 'provider-event', name: 'candidate', data: { finishMessage: 'done' } },
    ]);
  });

  it('reads the first candidate and no other', () => {
    const events = read(
      {
        candidates: [
          { index: 1, content: { parts: [{ text: 'no' }] } },
          { index: 0, content: { parts: [{ text: 'yes' }] } },
        ],
      },
      end(),
    );
    expect(events.filter(({ type }) => type === 'text-delta')).toEqual([{ type: 'text-delta', part: 0, text: 'yes' }]);
  });

  it('tells the tokens’ probabilities in the words of the other wires', () => {
    const logprobsResult = {
      chosenCandidates: [{ token: 'Hi', logProbability: -0.1 }, {}],
      topCandidates: [
        {
          candidates: [
            { token: 'Hi', logProbability: -0.1 },
            { token: 'Yo', logProbability: -2 },
          ],
        },
      ],
    };
    const events = read(chunk({ text: 'Hi' }), end('STOP', { logprobsResult }));
    expect(events[2]).toEqual({
      type: 'text-delta',
      part: 0,
      text: '',
      logprobs: [
        {
          token: 'Hi',
          logprob: -0.1,
          top_logprobs: [
            { token: 'Hi', logprob: -0.1 },
            { token: 'Yo', logprob: -2 },
          ],
        },
        { token: '', logprob: 0, top_logprobs: [] },
      ],
    });
    expect(read(end('STOP', { logprobsResult: {} }))).toHaveLength(2);
  });
});

describe('the sources of an answer', () => {
  const web = { web: { uri: 'https://a.example', title: 'A' } };
  const map = { maps: { uri: 'https://b.example', placeId: 'p' } };
  const groundingMetadata = {
    groundingChunks: [web, map],
    groundingSupports: [{ segment: { endIndex: 4, text: 'Zü' }, groundingChunkIndices: [0, 9] }],
    webSearchQueries: ['a'],
  };

  it('are citations, once each though the list comes again and grows', () => {
    const events = read(
      chunk({ text: 'Zü' }),
      end('STOP', { groundingMetadata: { groundingChunks: [web], groundingSupports: groundingMetadata.groundingSupports } }),
      end('STOP', { groundingMetadata }),
    );
    expect(events.filter(({ type }) => type === 'citation')).toEqual([
      { type: 'citation', part: 0, url: 'https://a.example', title: 'A', start: 0, end: 4, citedText: 'Zü', data: web },
      { type: 'citation', part: 0, url: 'https://b.example', data: map },
    ]);
    expect(events.filter(({ type }) => type === 'provider-event')).toHaveLength(2);
  });

  it('are passages recited, in the words of both services', () => {
    const citation = { startIndex: 1, endIndex: 3, uri: 'https://c.example', license: 'mit' };
    const events = read(
      end('STOP', {
        citationMetadata: { citations: [citation], citationSources: [citation, { uri: 'https://d.example' }] },
        urlContextMetadata: { urlMetadata: [] },
      }),
    );
    expect(events.slice(1, -1)).toEqual([
      { type: 'citation', part: 0, url: 'https://c.example', start: 1, end: 3, data: citation },
      { type: 'citation', part: 0, url: 'https://d.example', data: { uri: 'https://d.example' } },
      { type: 'provider-event', name: 'urlContextMetadata', data: { urlMetadata: [] } },
    ]);
  });

  it('may be of no kind that we know', () => {
    const events = read(end('STOP', { groundingMetadata: { groundingChunks: [{}], groundingSupports: [{}] } }));
    expect(events[1]).toEqual({ type: 'citation', part: 0, data: {} });
  });
});

describe('the usage of an answer', () => {
  it('is the last one told, with thoughts counted into the output', () => {
    const first = { promptTokenCount: 9, trafficType: 'ON_DEMAND' };
    const last = {
      promptTokenCount: 10,
      cachedContentTokenCount: 4,
      candidatesTokenCount: 5,
      thoughtsTokenCount: 7,
      toolUsePromptTokenCount: 3,
      totalTokenCount: 25,
    };
    const events = read(
      { ...chunk({ text: 'a' }), usageMetadata: first },
      { ...chunk({ text: 'b' }), usageMetadata: first },
      { ...end(), usageMetadata: last },
      { ...end(), usageMetadata: { trafficType: 'ON_DEMAND' } },
    );
    const usage = { input: 10, output: 12, cacheRead: 4, reasoning: 7, toolUsePrompt: 3 };
    expect(events.filter(({ type }) => type === 'usage')).toEqual([
      { type: 'usage', input: 9, output: 0 },
      { type: 'usage', ...usage },
    ]);
    expect(events.slice(-2)).toEqual([
      { type: 'provider-event', name: 'usageMetadata', data: last },
      { type: 'message-end', reason: 'stop', providerReason: 'STOP', usage },
    ]);
  });

  it('leaves out what was not told', () => {
    expect(read({ ...end(), usageMetadata: { candidatesTokenCount: 5 } }).at(-1)).toMatchObject({ usage: { output: 5 } });
    expect(read({ ...end(), usageMetadata: {} }).at(-1)).not.toHaveProperty('usage');
  });
});

describe('the end of an answer', () => {
  it.each([
    ['STOP', 'stop'],
    ['MAX_TOKENS', 'length'],
    ['SAFETY', 'content-filter'],
    ['RECITATION', 'content-filter'],
    ['MODEL_ARMOR', 'content-filter'],
    ['IMAGE_SAFETY', 'content-filter'],
    ['MALFORMED_FUNCTION_CALL', 'other'],
    ['A_NEW_REASON', 'other'],
  ])('%s is %s', (providerReason, reason) => {
    expect(read(end(providerReason)).at(-1)).toEqual({ type: 'message-end', reason, providerReason });
  });

  it('may be a prompt that was not let through', () => {
    expect(read({ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, modelVersion: 'gemini-x', responseId: 'r1' })).toEqual([
      start,
      { type: 'provider-event', name: 'promptFeedback', data: { blockReason: 'PROHIBITED_CONTENT' } },
      { type: 'message-end', reason: 'content-filter', providerReason: 'PROHIBITED_CONTENT' },
    ]);
  });

  it('is not there where nothing was said of it: the answer is truncated', () => {
    expect(failureOf(() => read())).toBe('upstream.truncated');
    expect(failureOf(() => read(chunk({ text: 'a' })))).toBe('upstream.truncated');
    expect(failureOf(() => read({ promptFeedback: { safetyRatings: [] } }))).toBe('upstream.truncated');
  });

  it('comes after all that follows a reason to finish', () => {
    expect(read(chunk({ functionCall: { name: 'f' } }), end(), chunk({ text: 'It is warm.' }), end()).slice(-2)).toEqual([
      { type: 'text-delta', part: 1, text: 'It is warm.' },
      { type: 'message-end', reason: 'tool-calls', providerReason: 'STOP' },
    ]);
  });

  it('is not there either where the answer went on after a reason to finish, and gave no other one', () => {
    expect(failureOf(() => read(chunk({ functionCall: { name: 'f' } }), end(), chunk({ text: 'It is' })))).toBe('upstream.truncated');
  });
});

describe('what else comes over the wire', () => {
  it('may be an error, as an event or between events', () => {
    const report = { error: { code: 503, status: 'UNAVAILABLE', message: 'try later' } };
    expect(failureOf(() => read(chunk({ text: 'a' }), report))).toBe('upstream.overloaded');
    expect(failureOf(() => read([report]))).toBe('upstream.overloaded');
    expect(failureOf(() => decoder.stray?.(JSON.stringify(report, null, 1)))).toBe('upstream.overloaded');
    expect(failureOf(() => decoder.stray?.('{ "error": {'))).toBeUndefined();
  });

  it('is malformed where it is no JSON, and nothing where it is the marker of another wire', () => {
    expect(failureOf(() => decoder.decode({ data: 'nonsense' }, undefined))).toBe('upstream.malformed');
    const { state } = decoder.decode({ data: JSON.stringify(end()) }, undefined);
    expect(decoder.decode({ data: '[DONE]' }, state)).toEqual({ events: [], state });
    expect(decoder.decode({ data: '[DONE]' }, undefined).events).toEqual([]);
  });

  it('may be several objects in one event, or none', () => {
    expect(read([chunk({ text: 'a' }), end()])).toEqual(read(chunk({ text: 'a' }), end()));
    expect(read([], chunk({ text: 'a' }), end())).toEqual(read(chunk({ text: 'a' }), end()));
  });

  it('counts a field of the wrong type as absent', () => {
    const odd = { candidates: [{ content: { parts: [{ text: 7 }, 'x', { inlineData: 'y' }] }, finishReason: 3 }, 9], usageMetadata: [] };
    expect(failureOf(() => read(odd))).toBe('upstream.truncated');
    expect(read({ candidates: 'none' }, end()).at(-1)).toMatchObject({ reason: 'stop' });
  });

  it('leaves the state that it was read from as it was', () => {
    const first = decoder.decode({ data: JSON.stringify(chunk({ functionCall: { name: 'f', willContinue: true } })) }, undefined);
    const piece = { data: JSON.stringify(chunk({ functionCall: { partialArgs: [{ jsonPath: '$.a', numberValue: 1 }] } })) };
    expect(decoder.decode(piece, first.state)).toEqual(decoder.decode(piece, first.state));
  });
});
