import { keepOutput } from './canary.js';

export interface Call {
  readonly body?: unknown;
  /** Instead of `body`, as it is. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: the admin key; `null`: none. */
  readonly key?: string | null;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body, where it is JSON. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** One event of a stream: its name where it has one, and its data. */
export interface ReceivedEvent {
  readonly event?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface GatewayClient {
  send(method: string, path: string, call?: Call): Promise<Response>;
  call(method: string, path: string, call?: Call): Promise<Answer>;
  /** A streamed chat, read to its end. */
  chat(body: unknown, call?: Call): Promise<readonly ReceivedEvent[]>;
}

/** A plain client of a gateway, as a script would be one. */
export function gatewayClient(url: string, adminKey: string): GatewayClient {
  const send: GatewayClient['send'] = (method, path, { body, text, headers, key = adminKey, signal } = {}) => {
    const content = text ?? (body === undefined ? undefined : JSON.stringify(body));
    return fetch(`${url}${path}`, {
      method,
      headers: {
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...(content !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(content !== undefined && { body: content }),
      ...(signal !== undefined && { signal }),
    });
  };
  return {
    send,
    async call(method, path, call) {
      const response = await send(method, path, call);
      const text = await response.text();
      keepOutput('answers', text);
      return { status: response.status, headers: response.headers, text, json: jsonFrom(text) };
    },
    async chat(body, call) {
      const response = await send('POST', '/api/chat', { body, ...call });
      const text = await response.text();
      keepOutput('answers', text);
      return eventsFrom(text);
    },
  };
}

export function eventsFrom(text: string): readonly ReceivedEvent[] {
  return text
    .split('\n\n')
    .filter((frame) => frame !== '')
    .map((frame) => {
      const [, event, data = ''] = /^(?:event: (.*)\n)?data: (.*)$/.exec(frame) ?? [];
      return { ...(event !== undefined && { event }), data: jsonFrom(data) };
    });
}

function jsonFrom(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
