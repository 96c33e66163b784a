import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { MessageEnd, StreamEvent, ToolCallEnd, Usage } from '../../contracts/stream-event.js';

/** A whole call: never one whose arguments were cut. */
export interface StoryFunctionCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: {
    readonly name: string;
    /** JSON. */
    readonly arguments: string;
  };
}

/** Tokens; absent where the provider did not tell. */
export interface StoryUsage {
  readonly prompt_tokens?: number;
  readonly completion_tokens?: number;
  readonly total_tokens?: number;
}

/** The five kinds of message that code from before stream events knows. */
export type StoryMessage =
  | { readonly type: 'content'; readonly content: string; readonly metadata?: { readonly refusal: true } }
  | { readonly type: 'function_call'; readonly function_call: readonly StoryFunctionCall[] }
  | { readonly type: 'usage'; readonly usage: StoryUsage }
  | {
      readonly type: 'error';
      readonly error: string;
      readonly metadata: { readonly code: string; readonly category: string; readonly retryable: boolean };
    }
  | { readonly type: 'done'; readonly metadata: { readonly reason: MessageEnd['reason']; readonly providerReason?: string } };

/**
 * Stream events as messages of five kinds. Promises: the last message is `done` or `error`, and there is one of them; usage comes
 * once, before `done`; nothing is thrown. Words of a refusal are content. Thoughts, citations, files, speech and what a provider
 * does by itself have no kind here: read the events for them. Leaving the iteration ends the stream.
 */
export async function* storyMessages(events: AsyncIterable<StreamEvent>): AsyncGenerator<StoryMessage, void, undefined> {
  const calls = new OpenCalls();
  let running: Usage | undefined;
  try {
    for await (const event of events) {
      if (event.type === 'usage') running = event;
      if (event.type !== 'message-end') {
        yield* messagesFrom(event, calls);
        continue;
      }
      const usage = event.usage ?? running;
      if (usage !== undefined) yield { type: 'usage', usage: usageFrom(usage) };
      yield { type: 'done', metadata: doneFrom(event) };
      return;
    }
    throw new MaestroError('upstream.truncated', { provider: 'the provider' });
  } catch (error) {
    yield errorFrom(MaestroError.from(error));
  }
}

/** Calls while their arguments arrive. */
class OpenCalls {
  private readonly open = new Map<string, { readonly name: string; json: string }>();

  begin(callId: string, name: string): void {
    this.open.set(callId, { name, json: '' });
  }

  add(callId: string, json: string): void {
    const call = this.open.get(callId);
    if (call !== undefined) call.json += json;
  }

  end({ callId }: ToolCallEnd): readonly StoryFunctionCall[] {
    const call = this.open.get(callId);
    this.open.delete(callId);
    if (call === undefined) return [];
    const text = call.json.trim() === '' ? '{}' : call.json;
    return [{ id: callId, type: 'function', function: { name: call.name, arguments: text } }];
  }
}

function messagesFrom(event: StreamEvent, calls: OpenCalls): readonly StoryMessage[] {
  switch (event.type) {
    case 'text-delta':
      return event.text === '' ? [] : [{ type: 'content', content: event.text }];
    case 'refusal-delta':
      return event.text === '' ? [] : [{ type: 'content', content: event.text, metadata: { refusal: true } }];
    case 'tool-call-start':
      calls.begin(event.callId, event.name);
      return [];
    case 'tool-call-delta':
      calls.add(event.callId, event.json);
      return [];
    case 'tool-call-end': {
      const whole = calls.end(event);
      return whole.length === 0 ? [] : [{ type: 'function_call', function_call: whole }];
    }
    default:
      return [];
  }
}

function usageFrom({ input, output }: Usage): StoryUsage {
  return {
    ...(input !== undefined && { prompt_tokens: input }),
    ...(output !== undefined && { completion_tokens: output }),
    ...(input !== undefined && output !== undefined && { total_tokens: input + output }),
  };
}

function doneFrom({ reason, providerReason }: MessageEnd): { readonly reason: MessageEnd['reason']; readonly providerReason?: string } {
  return { reason, ...(providerReason !== undefined && { providerReason }) };
}

function errorFrom({ message, code, category, isRetryable }: MaestroError): StoryMessage {
  return { type: 'error', error: message, metadata: { code, category, retryable: isRetryable } };
}
