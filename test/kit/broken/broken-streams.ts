import type { StreamOptions, StreamState, StreamStep } from '../../../src/contracts/behaviours/streaming.behaviour.js';
import type { ChatMessage } from '../../../src/contracts/chat.js';
import { MaestroError } from '../../../src/contracts/errors/maestro-error.js';
import type { ProviderClient } from '../../../src/contracts/provider-client.js';
import type { StreamEvent } from '../../../src/contracts/stream-event.js';
import type { ServerSentEvent } from '../../../src/contracts/wire-request.js';
import { SampleStreaming } from '../../../templates/provider/src/sample.streaming.js';
import type { BrokenProvider } from './broken-provider.js';
import { broken } from './broken-provider.js';

type Events = AsyncIterable<StreamEvent>;

/** The template's stream, changed on its way. */
function streamingThrough(change: (events: Events) => Events): typeof SampleStreaming {
  return class extends SampleStreaming {
    override async streamChat(client: ProviderClient, messages: readonly ChatMessage[], options: StreamOptions): Promise<Events> {
      return change(await super.streamChat(client, messages, options));
    }
  };
}

function eventByEvent(change: (event: StreamEvent) => readonly StreamEvent[]): typeof SampleStreaming {
  return streamingThrough(async function* (events) {
    for await (const event of events) yield* change(event);
  });
}

/** A failure of the stream that becomes an end like any other. */
function ending(codes: readonly string[]): typeof SampleStreaming {
  return streamingThrough(async function* (events) {
    try {
      yield* events;
    } catch (error) {
      if (!MaestroError.is(error) || !codes.includes(error.code)) throw error;
      yield { type: 'message-end', reason: 'stop' };
    }
  });
}

const holdsTextBack = streamingThrough(async function* (events) {
  const held: StreamEvent[] = [];
  for await (const event of events) {
    if (event.type === 'text-delta') held.push(event);
    else if (event.type === 'message-end') yield* [...held, event];
    else yield event;
  }
});

/** `next` and no `return`: whoever leaves is not noticed. */
const staysOpen = streamingThrough((events) => ({
  [Symbol.asyncIterator]: () => {
    const iterator = events[Symbol.asyncIterator]();
    return { next: () => iterator.next() };
  },
}));

class IgnoresTheSignal extends SampleStreaming {
  override streamChat(client: ProviderClient, messages: readonly ChatMessage[], options: StreamOptions): Promise<Events> {
    return super.streamChat(client, messages, { ...options, signal: new AbortController().signal });
  }
}

class ReadsEachPieceAsText extends SampleStreaming {
  override streamChat(client: ProviderClient, messages: readonly ChatMessage[], options: StreamOptions): Promise<Events> {
    const http: ProviderClient['http'] = {
      request: async (request) => {
        const response = await client.http.request(request);
        return { ...response, body: asTexts(response.body) };
      },
      close: () => client.http.close(),
    };
    return super.streamChat({ ...client, http }, messages, options);
  }
}

async function* asTexts(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of body) yield Buffer.from(Buffer.from(piece).toString('utf8'));
}

class RemembersByItself extends SampleStreaming {
  private part = 0;

  override parseStreamEvent(event: ServerSentEvent, state: StreamState | undefined): StreamStep {
    const step = super.parseStreamEvent(event, state);
    this.part += 1;
    return { ...step, events: step.events.map((each) => ('part' in each ? { ...each, part: this.part } : each)) };
  }
}

const allEnds = ['order', 'tools', 'reasoning', 'length', 'refusal', 'unknown-event'].map((what) => `stream.${what}`);

export const brokenStreams: readonly BrokenProvider[] = [
  broken('something said behind the end', allEnds, {
    streaming: eventByEvent((event) => (event.type === 'message-end' ? [event, { type: 'usage', output: 1 }] : [event])),
  }),
  broken('thoughts told as text', ['stream.reasoning'], {
    streaming: eventByEvent((event) =>
      event.type === 'reasoning-delta' ? [{ type: 'text-delta', part: event.part, text: event.text ?? '' }] : [event],
    ),
  }),
  broken('arguments of a tool call that are not whole', ['stream.tools'], {
    streaming: eventByEvent((event) => (event.type === 'tool-call-delta' && event.json.endsWith('}') ? [] : [event])),
  }),
  broken('an answer at its limit told as finished', ['stream.length'], {
    streaming: eventByEvent((event) =>
      event.type === 'message-end' && event.reason === 'length' ? [{ ...event, reason: 'stop' }] : [event],
    ),
  }),
  broken('events that nobody knows thrown away', ['stream.unknown-event'], {
    streaming: eventByEvent((event) => (event.type === 'provider-event' ? [] : [event])),
  }),
  broken('a decoder that remembers by itself', ['stream.pure'], { streaming: RemembersByItself }),
  broken('each read taken for whole characters', ['cuts.reads'], { streaming: ReadsEachPieceAsText }),
  broken('half an answer told as a whole one', ['cuts.end'], { streaming: ending(['upstream.truncated']) }),
  broken('a broken connection told as an end', ['cuts.connection'], { streaming: ending(['upstream.disconnected']) }),
  broken('a text held back until its end', ['flow.live', 'errors.midstream'], { streaming: holdsTextBack }),
  broken("a request that never hears of the caller's signal", ['flow.cancel', 'signals.chat'], { streaming: IgnoresTheSignal }),
  broken('a connection that stays open when the reader leaves', ['flow.leave'], { streaming: staysOpen }),
  broken('a silence of the vendor told as an end', ['flow.timeout'], { streaming: ending(['upstream.timeout']) }),
];
