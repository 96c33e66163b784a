import type { StreamOptions } from '../../../src/contracts/behaviours/streaming.behaviour.js';
import type { ChatMessage } from '../../../src/contracts/chat.js';
import { MaestroError } from '../../../src/contracts/errors/maestro-error.js';
import type { OutgoingHeaders, ProviderClient } from '../../../src/contracts/provider-client.js';
import type { StreamEvent } from '../../../src/contracts/stream-event.js';
import type { WireRequest, WireResponse } from '../../../src/contracts/wire-request.js';
import { openStream } from '../../../src/kit/index.js';
import type { WireCall } from '../../../src/kit/index.js';
import { callOf } from '../../../templates/provider/src/sample.calls.js';
import { sampleDecoder } from '../../../templates/provider/src/sample.decoder.js';
import { encodeRequest } from '../../../templates/provider/src/sample.request.js';
import { SampleStreaming } from '../../../templates/provider/src/sample.streaming.js';
import type { BrokenProvider } from './broken-provider.js';
import { broken } from './broken-provider.js';

const failed = (provider: string, status: number): MaestroError =>
  new MaestroError('upstream.failed', { provider, status, reason: 'none' });

/** The template's chat with another reading of refusals. */
function reading(refusal: (call: WireCall) => WireCall['failureOf']): typeof SampleStreaming {
  return class extends SampleStreaming {
    override async streamChat(client: ProviderClient, messages: readonly ChatMessage[], { signal, ...request }: StreamOptions) {
      const call = callOf(client, { signal }, { path: '/v1/chat', body: encodeRequest({ ...request, messages }) });
      return openStream({ ...call, failureOf: refusal(call) }, sampleDecoder);
    }
  };
}

/** Except for one status, refusals are read as the template does. */
function misreading(wrong: number): typeof SampleStreaming {
  return reading(
    (call) => (provider, status, headers, text) =>
      status === wrong ? failed(provider, status) : call.failureOf(provider, status, headers, text),
  );
}

const quotesTheBody = reading(
  (call) => (provider, status, headers, text) =>
    status === 400
      ? new MaestroError('upstream.invalid-request', { provider, status, reason: text })
      : call.failureOf(provider, status, headers, text),
);

const tellsTheCredential = reading((call) => (provider, status, headers, text) => {
  const sent: OutgoingHeaders = {};
  void call.client.authorise(sent);
  const { code, parameters, retryAfterMs = 0 } = call.failureOf(provider, status, headers, text);
  return new MaestroError(code, parameters, { cause: { request: sent }, retryAfterMs });
});

/** Only whoever reads the stream learns of it, when it is too late for a status. */
class RefusesLate extends SampleStreaming {
  override async streamChat(client: ProviderClient, messages: readonly ChatMessage[], options: StreamOptions) {
    const opening = super.streamChat(client, messages, options);
    opening.catch(() => undefined);
    return (async function* (): AsyncGenerator<StreamEvent> {
      yield* await opening;
    })();
  }
}

class SwallowsFailures extends SampleStreaming {
  override async streamChat(client: ProviderClient, messages: readonly ChatMessage[], options: StreamOptions) {
    const events = await super.streamChat(client, messages, options);
    return (async function* (): AsyncGenerator<StreamEvent> {
      try {
        yield* events;
      } catch (error) {
        if (!MaestroError.is(error) || error.code !== 'upstream.overloaded') throw error;
        yield { type: 'provider-event', name: 'error', data: error.code };
        yield { type: 'message-end', reason: 'other' };
      }
    })();
  }
}

class PassesTheClientsKeyOn extends SampleStreaming {
  override forward(client: ProviderClient, request: WireRequest): Promise<WireResponse> {
    const http: ProviderClient['http'] = {
      request: (sent) => client.http.request({ ...sent, headers: { ...request.headers, ...sent.headers } }),
      close: () => client.http.close(),
    };
    return super.forward({ ...client, http }, request);
  }
}

class WritesTheBodyAnew extends SampleStreaming {
  override forward(client: ProviderClient, request: WireRequest): Promise<WireResponse> {
    const body = { ...(JSON.parse(Buffer.from(request.body ?? '{}').toString()) as object), stream: true };
    return super.forward(client, { ...request, body: Buffer.from(JSON.stringify(body)) });
  }
}

class ThrowsRefusals extends SampleStreaming {
  override async forward(client: ProviderClient, request: WireRequest): Promise<WireResponse> {
    const response = await super.forward(client, request);
    if (response.status >= 400) throw failed('sample', response.status);
    return response;
  }
}

const refusals = ['rate-limited', 'overloaded', 'bad-request', 'unauthorized', 'not-found', 'wrong-type', 'retry-after'];
const late = [...refusals.map((what) => `errors.${what}`), 'signals.chat'];

export const brokenErrors: readonly BrokenProvider[] = [
  broken('a limit told as any failure', ['errors.rate-limited', 'errors.retry-after'], { streaming: misreading(429) }),
  broken('a refused credential told as any failure', ['errors.unauthorized'], { streaming: misreading(401) }),
  broken('a refusal that comes with the stream', late, { streaming: RefusesLate }),
  broken('a failure in the middle told as an event', ['errors.midstream'], { streaming: SwallowsFailures }),
  broken("a vendor's body quoted in an error", ['secrets.bodies'], { streaming: quotesTheBody }),
  broken('the credential in the cause of an error', ['secrets.errors', 'secrets.bodies'], { streaming: tellsTheCredential }),
  broken("the client's key passed on", ['forward.credential'], { streaming: PassesTheClientsKeyOn }),
  broken('a body written anew', ['forward.bytes'], { streaming: WritesTheBodyAnew }),
  broken("a vendor's refusal thrown where it should be passed on", ['forward.refusal'], { streaming: ThrowsRefusals }),
];
