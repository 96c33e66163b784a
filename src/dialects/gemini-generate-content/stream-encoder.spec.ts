import type { ErrorCode } from '../../contracts/errors/catalogue.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import { carry } from '../../kit/carried.js';
import { encodeGenerateContentTokenCount } from './answer-encoder.js';
import { madeCallId } from './call-id.js';
import { encodeGenerateContentError } from './error-encoder.js';
import { errorFromResponse } from './errors.js';
import { geminiGenerateContentEncoder } from './stream-encoder.js';
import type { GenerateContentWriting } from './writing.js';

const start: StreamEvent = { type: 'message-start', id: 'a1', model: 'm' };
const end: StreamEvent = { type: 'message-end', reason: 'stop' };
const told = { modelVersion: 'm', responseId: 'a1' };

function encoded(...events: readonly StreamEvent[]) {
  let state: GenerateContentWriting | undefined;
  const chunks: unknown[] = [];
  const notices: string[] = [];
  for (const event of [start, ...events]) {
    const step = geminiGenerateContentEncoder.encode(event, state);
    state = step.state;
    chunks.push(...step.frames.map(({ data }) => JSON.parse(data) as unknown));
    notices.push(...step.notices);
  }
  return { chunks, notices };
}

const part = (content: object) => ({ candidates: [{ index: 0, content: { role: 'model', parts: [content] } }], ...told });
const last = (...events: readonly StreamEvent[]) => encoded(...events).chunks.at(-1);

describe('a stream for a client of generateContent', () => {
  it('says each event as a whole response, and calls when they are whole', () => {
    const made = madeCallId('a1', 0);
    const { chunks, notices } = encoded(
      { type: 'text-delta', part: 0, text: 'Hi' },
      { type: 'tool-call-start', part: 1, callId: 'c1', name: 'f' },
      { type: 'tool-call-start', part: 2, callId: made, name: 'g' },
      { type: 'tool-call-delta', callId: 'c1', json: '{"a"' },
      { type: 'tool-call-delta', callId: 'c1', json: ':1}' },
      { type: 'tool-call-end', callId: made, providerData: { thoughtSignature: 'S' } },
      { type: 'tool-call-end', callId: 'c1', providerData: { item: 'fc_1' } },
      { type: 'tool-call-end', callId: 'c1' },
      { type: 'message-end', reason: 'tool-calls', usage: { input: 3, output: 5, reasoning: 2, cacheRead: 1, toolUsePrompt: 4 } },
    );
    expect(chunks).toEqual([
      part({ text: 'Hi' }),
      part({ functionCall: { name: 'g', args: {} }, thoughtSignature: 'S' }),
      part({
        functionCall: { id: 'c1', name: 'f', args: { a: 1 } },
        thoughtSignature: carry({ callId: 'c1', providerData: { item: 'fc_1' } }),
      }),
      {
        candidates: [{ index: 0, finishReason: 'STOP' }],
        usageMetadata: {
          promptTokenCount: 3,
          cachedContentTokenCount: 1,
          candidatesTokenCount: 3,
          thoughtsTokenCount: 2,
          toolUsePromptTokenCount: 4,
          totalTokenCount: 12,
        },
        ...told,
      },
    ]);
    expect(notices).toEqual([]);
  });

  it('carries what another provider wants back with its thoughts', () => {
    const { chunks } = encoded(
      { type: 'reasoning-delta', part: 0, text: 'hm', id: 'rs_1' },
      { type: 'reasoning-delta', part: 0, encrypted: 'E' },
      { type: 'reasoning-delta', part: 1, id: 'rs_2' },
      { type: 'reasoning-delta', part: 2, text: '', signature: 'S' },
      { type: 'reasoning-delta', part: 3 },
    );
    expect(chunks).toEqual([
      part({ text: 'hm', thought: true }),
      part({ text: '', thought: true, thoughtSignature: carry({ encrypted: 'E', id: 'rs_1' }) }),
      part({ text: '', thought: true, thoughtSignature: carry({ id: 'rs_2' }) }),
      part({ text: '', thoughtSignature: 'S' }),
    ]);
  });

  it('tells the sources of another wire with its end', () => {
    const { chunks, notices } = encoded(
      { type: 'citation', part: 0, url: 'https://a.test', title: 'A', start: 1, data: { type: 'url_citation' } },
      { type: 'citation', part: 0, title: 'no address' },
      { type: 'citation', part: 0, url: 'https://b.test', data: { web: { uri: 'https://b.test' } } },
      end,
    );
    expect(chunks).toMatchObject([
      {
        candidates: [
          { groundingMetadata: { groundingChunks: [{ web: { uri: 'https://a.test', title: 'A' } }, { web: { uri: 'https://b.test' } }] } },
        ],
      },
    ]);
    expect(notices).toEqual(['citation start', 'citation']);
  });

  it('gives what is of the wire itself back to its place', () => {
    const { chunks, notices } = encoded(
      { type: 'citation', part: 0, data: { uri: 'u', endIndex: 4 } },
      { type: 'citation', part: 0, data: { web: { uri: 'w' } } },
      { type: 'provider-event', name: 'groundingMetadata', data: { groundingChunks: [] } },
      { type: 'provider-event', name: 'urlContextMetadata', data: { a: 1 } },
      { type: 'provider-event', name: 'candidate', data: { avgLogprobs: 1 } },
      { type: 'provider-event', name: 'response', data: { sdk: 1 } },
      { type: 'provider-event', name: 'toolCall', data: { toolCall: { id: 't' } } },
      {
        type: 'server-tool',
        callId: 'x',
        name: 'codeExecution',
        phase: 'start',
        data: { type: 'executableCode', code: '1', thoughtSignature: 'S' },
      },
      { type: 'text-delta', part: 0, text: '', logprobs: [{ token: 'a', logprob: -1, top_logprobs: [{ token: 'b' }] }] },
      { type: 'provider-event', name: 'usageMetadata', data: { promptTokenCount: 1 } },
      { type: 'message-end', reason: 'content-filter', providerReason: 'JAILBREAK', usage: { cacheWrite: 1 } },
    );
    const candidate = (fields: object) => ({ candidates: [{ index: 0, ...fields }], ...told });
    expect(chunks).toEqual([
      candidate({ citationMetadata: { citations: [{ uri: 'u', endIndex: 4 }] } }),
      candidate({ groundingMetadata: { groundingChunks: [] } }),
      candidate({ urlContextMetadata: { a: 1 } }),
      candidate({ avgLogprobs: 1 }),
      { sdk: 1, ...told },
      part({ toolCall: { id: 't' } }),
      part({ executableCode: { code: '1' }, thoughtSignature: 'S' }),
      candidate({
        logprobsResult: {
          chosenCandidates: [{ token: 'a', logProbability: -1 }],
          topCandidates: [{ candidates: [{ token: 'b', logProbability: 0 }] }],
        },
      }),
      { ...candidate({ finishReason: 'JAILBREAK' }), usageMetadata: { promptTokenCount: 1 } },
    ]);
    expect(notices).toEqual([]);
  });

  it('has no candidate where the prompt was blocked', () => {
    const blocked: StreamEvent = { type: 'provider-event', name: 'promptFeedback', data: { blockReason: 'SAFETY' } };
    expect(encoded(blocked, { type: 'message-end', reason: 'content-filter' }).chunks).toEqual([
      { promptFeedback: { blockReason: 'SAFETY' }, ...told },
      told,
    ]);
  });

  it('names what the wire has no word for', () => {
    const { chunks, notices } = encoded(
      { type: 'refusal-delta', part: 0, text: 'No' },
      { type: 'audio-delta', part: 1, data: 'QQ==' },
      { type: 'server-tool', callId: 'x', name: 'web_search', phase: 'start', data: { type: 'web_search_call' } },
      { type: 'provider-event', name: 'novel', data: {} },
      { type: 'provider-event', name: 'plain', data: 1 },
      { type: 'file', part: 2, mediaType: 'image/png' },
      { type: 'tool-call-start', part: 3, callId: 'c', name: 'cut' },
      { type: 'message-end', reason: 'pause', usage: { cacheWrite: 1 } },
    );
    expect(chunks).toHaveLength(2);
    expect(notices).toEqual([
      'audio-delta',
      'server-tool web_search',
      'provider-event novel',
      'provider-event plain',
      'tool-call cut',
      'usage cacheWrite',
      'message-end pause',
    ]);
  });

  it.each([
    [{ reason: 'length', providerReason: 'max_tokens' }, 'MAX_TOKENS'],
    [{ reason: 'content-filter', providerReason: 'refusal' }, 'SAFETY'],
    [{ reason: 'other', providerReason: 'LANGUAGE' }, 'LANGUAGE'],
    [{ reason: 'other' }, 'OTHER'],
  ] as const)('ends for %j with %s', (reason, finishReason) => {
    expect(last({ type: 'message-end', ...reason })).toMatchObject({ candidates: [{ finishReason }] });
  });

  it('takes our id where the provider gave none, and the running usage', () => {
    const events: StreamEvent[] = [{ type: 'message-start', streamId: 's1', model: 'x' }, { type: 'usage', input: 2 }, end];
    expect(last(...events)).toEqual({
      candidates: [{ index: 0, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 2, totalTokenCount: 2 },
      modelVersion: 'x',
      responseId: 's1',
    });
    expect(encodeGenerateContentTokenCount(7)).toEqual({ totalTokens: 7 });
  });
});

describe('a failure for a client of generateContent', () => {
  const limited = new MaestroError('upstream.rate-limited', { provider: 'acme' }, { retryAfterMs: 1500 });
  const dead = new MaestroError('session.credential-rejected', { provider: 'acme', status: 401 });

  it('is a google.rpc.Status that tells when to try again', () => {
    const { status, headers, body } = encodeGenerateContentError(limited, 'r1');
    expect([status, headers['retry-after']]).toEqual([429, '2']);
    expect(body).toEqual({
      error: {
        code: 429,
        message: limited.message,
        status: 'RESOURCE_EXHAUSTED',
        details: [
          { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'UPSTREAM_RATE_LIMITED', domain: 'maestro' },
          { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '1.5s' },
          { '@type': 'type.googleapis.com/google.rpc.RequestInfo', requestId: 'r1' },
        ],
      },
    });
    expect(geminiGenerateContentEncoder.fail(dead, undefined)[0]?.data).toContain('"FAILED_PRECONDITION"');
  });

  it.each<[MaestroError, number, ErrorCode]>([
    [limited, 429, 'upstream.rate-limited'],
    [new MaestroError('caller.key-invalid', {}), 401, 'session.credential-rejected'],
    [new MaestroError('request.invalid', { problems: ['x'] }), 400, 'upstream.invalid-request'],
    [new MaestroError('upstream.overloaded', { provider: 'acme' }), 503, 'upstream.overloaded'],
    [new MaestroError('internal', {}), 500, 'upstream.failed'],
  ])('is read again as what it was: %s', (error, status, code) => {
    const answer = encodeGenerateContentError(error);
    expect(answer.status).toBe(status);
    expect(errorFromResponse('acme', answer.status, answer.headers, JSON.stringify(answer.body)).code).toBe(code);
  });
});
