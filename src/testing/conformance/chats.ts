import type { ChatMessage, ToolDefinition } from '../../contracts/chat.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import type { Bench } from './bench.js';
import { demand, described, settled } from './demand.js';
import type { Scenario } from './fixtures.js';
import type { Answerer, Exchange } from './line.js';

const messages: readonly ChatMessage[] = [{ role: 'user', content: 'Hello' }];

const tools: readonly ToolDefinition[] = ['get_weather', 'get_time'].map((name) => ({
  name,
  description: 'for the check',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
}));

export function openChat(
  bench: Bench,
  model: Scenario,
  signal: AbortSignal = new AbortController().signal,
): Promise<AsyncIterable<StreamEvent>> {
  return bench.streaming.streamChat(bench.client(), messages, { model, signal, ...(model === 'sim-tools' && { tools }) });
}

/** How a streamed answer went. */
export interface Told {
  readonly events: readonly StreamEvent[];
  /** What it ended with, where that was a failure. */
  readonly error?: unknown;
  /** The failure came before the stream was there. */
  readonly isRefused: boolean;
}

export async function told(bench: Bench, model: Scenario): Promise<Told> {
  return settled(model, readAll(bench, model));
}

async function readAll(bench: Bench, model: Scenario): Promise<Told> {
  const events: StreamEvent[] = [];
  let isRefused = true;
  try {
    const stream = await openChat(bench, model);
    isRefused = false;
    for await (const event of stream) events.push(event);
    return { events, isRefused };
  } catch (error) {
    return { events, error, isRefused };
  }
}

/** The events of an answer that ends well. */
export async function wholeChat(bench: Bench, model: Scenario): Promise<readonly StreamEvent[]> {
  const { events, error } = await told(bench, model);
  demand(error === undefined, `${model} fails: ${described(error)}`);
  return events;
}

/** How the same scenario goes over a line that answers by itself. */
export async function toldBy(bench: Bench, model: Scenario, answerer: Answerer): Promise<Told> {
  bench.line.answerWith(answerer);
  return told(bench, model);
}

export interface Recorded {
  readonly events: readonly StreamEvent[];
  readonly exchanges: readonly Exchange[];
  /** Of the answer itself, which is the last exchange. */
  readonly exchange: Exchange;
}

/** An answer of the simulator with everything that went over the line for it. */
export async function recordedChat(bench: Bench, model: Scenario): Promise<Recorded> {
  bench.line.reset();
  const events = await wholeChat(bench, model);
  const { exchanges } = bench.line;
  const exchange = exchanges.at(-1);
  demand(exchange !== undefined, 'streamChat asks nobody: requests go over the HttpClient of the client');
  return { events, exchanges, exchange };
}

export function textIn(events: readonly StreamEvent[]): string {
  return events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
}

/** Events with neighbouring pieces of one text joined: how a text is cut is nobody's business. */
export function joined(events: readonly StreamEvent[]): readonly StreamEvent[] {
  const all: StreamEvent[] = [];
  for (const event of events) {
    const last = all.at(-1);
    const isContinued = event.type === 'text-delta' && last?.type === 'text-delta' && last.part === event.part;
    const goesOn = isContinued && last.logprobs === undefined && event.logprobs === undefined;
    if (goesOn) all.splice(-1, 1, { ...last, text: last.text + event.text });
    else all.push(event);
  }
  return all;
}

export function codeOf(error: unknown): string {
  return MaestroError.is(error) ? error.code : described(error);
}
