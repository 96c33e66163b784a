import type { StreamEvent } from '../../../contracts/stream-event.js';
import type { ServerSentEvent } from '../../../contracts/wire-request.js';
import { headerOf } from '../../../kit/retry-after.js';
import { sseDecoder } from '../../../kit/sse-decoder.js';
import { isRecord, jsonFrom } from '../../../kit/read-body.js';
import type { Check } from '../check.js';
import { recordedChat, textIn, wholeChat } from '../chats.js';
import { demand } from '../demand.js';
import type { Scenario } from '../fixtures.js';
import { bytesOf } from '../line.js';
import { demandOrder } from './stream-order.js';

function ofScenario(id: string, scenario: Scenario, title: string, look: (events: readonly StreamEvent[]) => void): Check {
  return {
    id,
    title,
    needs: ['streaming'],
    run: async (bench) => {
      look(await wholeChat(bench, scenario));
    },
  };
}

export const streamChecks: readonly Check[] = [
  ofScenario('stream.order', 'sim-text', 'an answer begins with message-start and ends with message-end, each once', demandOrder),
  ofScenario('stream.text', 'sim-text', 'a text arrives in pieces, as the vendor sends it', (events) => {
    demand(textIn(events) !== '', 'an answer of text has no text');
    const pieces = events.filter(({ type }) => type === 'text-delta').length;
    demand(pieces > 1, 'a text that the vendor sends in pieces arrives in one');
  }),
  ofScenario(
    'stream.tools',
    'sim-tools',
    'each tool call begins, has arguments that are one JSON object, and ends, before the message does',
    (events) => {
      demandOrder(events);
      demandToolCalls(events);
    },
  ),
  ofScenario('stream.reasoning', 'sim-reasoning', 'what a model thinks is no part of what it says', (events) => {
    demandOrder(events);
    const thoughts = events.map((event) => (event.type === 'reasoning-delta' ? (event.text ?? '') : '')).join('');
    demand(
      events.some(({ type }) => type === 'reasoning-delta'),
      'an answer with thoughts has no reasoning-delta',
    );
    demand(thoughts === '' || !textIn(events).includes(thoughts), 'the thoughts are told as text');
  }),
  ofScenario('stream.length', 'sim-length', 'an answer that met its limit ends with length', (events) => {
    demand(reasonOf(events) === 'length', `an answer that met its limit ends with ${reasonOf(events)}`);
  }),
  ofScenario('stream.refusal', 'sim-refusal', 'a refusal is told as one', (events) => {
    const isTold = reasonOf(events) === 'content-filter' || events.some(({ type }) => type === 'refusal-delta');
    demand(isTold, `a refusal has no refusal-delta and ends with ${reasonOf(events)}`);
  }),
  {
    id: 'stream.unknown-event',
    title: 'what nobody knows becomes a provider-event, and the answer goes on',
    needs: ['streaming'],
    run: async (bench) => {
      const plain = await wholeChat(bench, 'sim-text');
      const events = await wholeChat(bench, 'sim-unknown-event');
      demandOrder(events);
      demand(
        events.some(({ type }) => type === 'provider-event'),
        'an event that nobody knows is not handed on',
      );
      demand(textIn(events) === textIn(plain), 'with an event that nobody knows the text is another');
    },
  },
  {
    id: 'stream.pure',
    title: 'parseStreamEvent gives the same for the same event and state, however often it is asked',
    needs: ['streaming'],
    run: async (bench) => {
      const { exchange } = await recordedChat(bench, 'sim-tools');
      if (headerOf(exchange.headers, 'content-type')?.startsWith('text/event-stream') !== true) return;
      const { streaming } = bench;
      const decoder = sseDecoder();
      let state: Parameters<typeof streaming.parseStreamEvent>[1];
      for (const event of [...decoder.push(bytesOf(exchange)), ...decoder.end()]) {
        const once = said(() => streaming.parseStreamEvent(event, state));
        const again = said(() => streaming.parseStreamEvent(event, state));
        demand(once.text === again.text, `asked twice about ${nameOf(event)}, it says two things: it keeps something of its own`);
        state = once.state;
      }
    },
  },
];

function said(parse: () => { readonly events: readonly StreamEvent[]; readonly state: { readonly dialect: string } }) {
  const { events, state } = parse();
  return { text: JSON.stringify(events), state };
}

function nameOf({ event, data }: ServerSentEvent): string {
  return event ?? data.slice(0, 60);
}

function reasonOf(events: readonly StreamEvent[]): string {
  const end = events.at(-1);
  return end?.type === 'message-end' ? end.reason : 'no message-end';
}

function demandToolCalls(events: readonly StreamEvent[]): void {
  const open = new Map<string, string>();
  const closed = new Set<string>();
  for (const event of events) {
    if (event.type === 'tool-call-start') {
      demand(!open.has(event.callId) && !closed.has(event.callId), `two tool calls have the id ${event.callId}`);
      demand(event.name !== '', 'a tool call has no name');
      open.set(event.callId, '');
    } else if (event.type === 'tool-call-delta') {
      const before = open.get(event.callId);
      demand(before !== undefined, 'arguments come for a tool call that has not begun or has ended');
      open.set(event.callId, before + event.json);
    } else if (event.type === 'tool-call-end') {
      const json = open.get(event.callId);
      demand(json !== undefined, 'a tool call ends that has not begun');
      demand(isRecord(jsonFrom(json === '' ? '{}' : json)), `the arguments of a tool call are no JSON object: ${json.slice(0, 60)}`);
      open.delete(event.callId);
      closed.add(event.callId);
    }
  }
  demand(closed.size > 0, 'an answer with tool calls has none');
  demand(open.size === 0, 'a tool call has no end, though the answer has');
  demand(reasonOf(events) === 'tool-calls', `an answer with tool calls ends with ${reasonOf(events)}`);
}
