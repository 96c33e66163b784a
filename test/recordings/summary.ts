import type { StreamDecoder } from '../../src/contracts/behaviours/stream-decoder.js';
import type { StreamState } from '../../src/contracts/behaviours/streaming.behaviour.js';
import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import type { FinishReason, StreamEvent, Usage } from '../../src/contracts/stream-event.js';
import { decodeStream } from '../../src/kit/decode-stream.js';
import { isRecord, jsonFrom } from '../../src/kit/read-body.js';
import type { ExpectedAnswer, ExpectedUsage } from './cases.js';

/** What a stream said, in one value that compares with `expectedSummary`. */
export interface Summary {
  readonly text: string;
  readonly reasoning: string;
  readonly signatures: boolean;
  readonly toolCalls: readonly { readonly id: string; readonly name: string; readonly args: unknown }[];
  readonly serverToolCalls: readonly string[];
  readonly refusal: string | null;
  readonly finish: FinishReason | null;
  readonly finishRaw: string | null;
  readonly usage: Usage | null;
  readonly isFailed: boolean;
  readonly sources: number;
  readonly files: number;
}

export interface ReadStream {
  readonly events: readonly StreamEvent[];
  readonly error?: MaestroError;
}

/** Reads a stream to its end or its failure. A failure that is no `MaestroError` is a bug and goes on. */
export async function readStream<State extends StreamState>(
  pieces: readonly Uint8Array[],
  decoder: StreamDecoder<State>,
  provider: string,
): Promise<ReadStream> {
  return collected(decodeStream(inTurn(pieces), decoder, provider));
}

export async function collected(stream: AsyncIterable<StreamEvent> | Iterable<StreamEvent>): Promise<ReadStream> {
  const events: StreamEvent[] = [];
  try {
    for await (const event of stream) events.push(event);
    return { events };
  } catch (error) {
    if (MaestroError.is(error)) return { events, error };
    throw error;
  }
}

async function* inTurn(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

export function summaryOf({ events, error }: ReadStream): Summary {
  const end = events.find((event) => event.type === 'message-end');
  const refusal = joined(events, (event) => (event.type === 'refusal-delta' ? event.text : undefined));
  return {
    text: joined(events, (event) => (event.type === 'text-delta' ? event.text : undefined)),
    reasoning: joined(events, (event) => (event.type === 'reasoning-delta' ? event.text : undefined)),
    signatures: events.some(isSigned),
    toolCalls: toolCallsOf(events),
    serverToolCalls: serverToolsOf(events),
    refusal: refusal === '' ? null : refusal,
    finish: end?.reason ?? null,
    finishRaw: end?.providerReason ?? null,
    usage: usageOf(events),
    isFailed: error !== undefined,
    sources: events.filter(({ type }) => type === 'citation').length,
    files: events.filter(({ type }) => type === 'file').length,
  };
}

const reasons: readonly string[] = ['stop', 'length', 'tool-calls', 'content-filter', 'pause', 'other'] satisfies readonly FinishReason[];

function isReason(text: string): text is FinishReason {
  return reasons.includes(text);
}

/** The expected file in the words of our events. `of` takes the ids of calls that the wire leaves without one. */
export function expectedSummary(expected: ExpectedAnswer, of: Summary): Summary {
  return {
    text: expected.text,
    reasoning: expected.reasoning,
    signatures: expected.signatures,
    toolCalls: expected.toolCalls.map(({ id, name, args }, at) => ({
      id: id === null || id === '' ? (of.toolCalls[at]?.id ?? 'none') : id,
      name,
      args,
    })),
    serverToolCalls: expected.serverToolCalls,
    refusal: expected.refusal === '' ? null : expected.refusal,
    // A stream that failed did not finish, whatever it said before.
    ...finishFrom(expected),
    usage: expected.usage == null ? null : usageFrom(expected.usage),
    isFailed: expected.error !== null,
    sources: expected.sources,
    files: expected.files,
  };
}

function finishFrom({ error, finish, finishRaw }: ExpectedAnswer): Pick<Summary, 'finish' | 'finishRaw'> {
  if (error !== null || finish === null) return { finish: null, finishRaw: null };
  return { finish: isReason(finish) ? finish : 'other', finishRaw: finishRaw === '' ? null : finishRaw };
}

function usageFrom(expected: ExpectedUsage): Usage {
  return defined({
    input: expected.input,
    output: expected.output,
    cacheRead: expected.cached,
    cacheWrite: expected.cacheWrite,
    reasoning: expected.reasoning,
    toolUsePrompt: expected.toolUsePrompt ?? null,
  });
}

function usageOf(events: readonly StreamEvent[]): Usage | null {
  const told = events.flatMap((event) => {
    if (event.type === 'usage') return [event];
    return event.type === 'message-end' && event.usage !== undefined ? [event.usage] : [];
  });
  const last = told.at(-1);
  if (last === undefined) return null;
  return defined({
    input: last.input ?? null,
    output: last.output ?? null,
    cacheRead: last.cacheRead ?? null,
    cacheWrite: last.cacheWrite ?? null,
    reasoning: last.reasoning ?? null,
    toolUsePrompt: last.toolUsePrompt ?? null,
  });
}

function defined(counts: Readonly<Record<keyof Usage, number | null>>): Usage {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== null));
}

function isSigned(event: StreamEvent): boolean {
  if (event.type === 'reasoning-delta') return event.signature !== undefined || event.encrypted !== undefined;
  const data = event.type === 'tool-call-end' ? event.providerData : event.type === 'server-tool' ? event.data : undefined;
  return isRecord(data) && Object.keys(data).some((name) => /signature/i.test(name));
}

function toolCallsOf(events: readonly StreamEvent[]): Summary['toolCalls'] {
  return events
    .filter((event) => event.type === 'tool-call-start')
    .map(({ callId, providerCallId, name }) => ({
      id: providerCallId ?? callId,
      name,
      args: argumentsFrom(
        joined(events, (event) => (event.type === 'tool-call-delta' && event.callId === callId ? event.json : undefined)),
      ),
    }));
}

/** An empty text means no arguments. Of arguments that were cut, what is surely whole; the text where nothing can be read. */
function argumentsFrom(json: string): unknown {
  return json === '' ? {} : (jsonFrom(json) ?? jsonFrom(wholePart(json)) ?? json);
}

/** Cut JSON up to its last comma or bracket, with what was open closed again. */
function wholePart(json: string): string {
  let closers = '';
  let whole = '';
  for (const { 0: token, index } of json.matchAll(/"(?:[^"\\]|\\.)*"?|[^"]/gs)) {
    if (token === '{') closers = `}${closers}`;
    else if (token === '[') closers = `]${closers}`;
    else if (token === '}' || token === ']') closers = closers.slice(1);
    else if (token !== ',') continue;
    whole = `${json.slice(0, token === ',' ? index : index + 1)}${closers}`;
  }
  return whole;
}

/**
 * The wire's own types of the items that stand for tools of the provider, in order and each item once: `data.type` of
 * `server-tool` events that start or end one, by call and type.
 */
function serverToolsOf(events: readonly StreamEvent[]): readonly string[] {
  const types = new Map<string, string>();
  for (const event of events) {
    if (event.type !== 'server-tool' || event.phase === 'delta' || !isRecord(event.data) || typeof event.data['type'] !== 'string')
      continue;
    types.set(`${event.callId} ${event.data['type']}`, event.data['type']);
  }
  return [...types.values()];
}

function joined(events: readonly StreamEvent[], textOf: (event: StreamEvent) => string | undefined): string {
  return events.map((event) => textOf(event) ?? '').join('');
}

/** Where a stream breaks what `StreamEvent` promises; empty for a good one. */
export function brokenPromises({ events, error }: ReadStream): readonly string[] {
  const broken: string[] = [];
  const open = new Set<string>();
  events.forEach((event, at) => {
    if ((event.type === 'message-start') !== (at === 0)) broken.push(`${event.type} is event ${String(at)}`);
    if (event.type === 'message-end' && at !== events.length - 1) broken.push('message-end is not the last event');
    if (event.type === 'tool-call-start') {
      if (open.has(event.callId)) broken.push(`call ${event.callId} starts twice`);
      open.add(event.callId);
    }
    if (event.type === 'tool-call-delta' && !open.has(event.callId)) broken.push(`a delta of the closed call ${event.callId}`);
    if (event.type === 'tool-call-end' && !open.delete(event.callId)) broken.push(`the end of the closed call ${event.callId}`);
  });
  if (error !== undefined) {
    if (events.at(-1)?.type === 'message-end') broken.push('a failure after message-end');
    return broken;
  }
  const end = events.at(-1);
  if (end?.type !== 'message-end') broken.push('no message-end');
  else if (end.reason !== 'length' && open.size > 0) broken.push(`calls without an end: ${[...open].join(', ')}`);
  return broken;
}
