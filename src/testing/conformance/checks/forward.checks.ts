import type { OutgoingHeaders } from '../../../contracts/provider-client.js';
import type { WireRequest } from '../../../contracts/wire-request.js';
import { readText } from '../../../kit/read-body.js';
import { sseDecoder } from '../../../kit/sse-decoder.js';
import type { Bench } from '../bench.js';
import type { Check } from '../check.js';
import { recordedChat } from '../chats.js';
import { demand, demandCode, settled } from '../demand.js';
import type { Scenario } from '../fixtures.js';
import { bytesOf, jsonAnswer } from '../line.js';

const theirs = 'mk_conformance-canary-of-the-client';

/** The client's own ways of proving itself to Maestro; none of them is the vendor's business. */
const clientHeaders = {
  authorization: `Bearer ${theirs}`,
  cookie: `key=${theirs}`,
  'x-api-key': theirs,
  'x-goog-api-key': theirs,
  'content-type': 'application/json',
};

/** The request that the provider's own chat makes, as a client of that wire would send it. */
async function asClient(bench: Bench, scenario: Scenario): Promise<WireRequest> {
  const { exchange } = await recordedChat(bench, scenario);
  const { url, method, body } = exchange.request;
  const decoder = sseDecoder();
  const [first] = [...decoder.push(bytesOf(exchange)), ...decoder.end()];
  demand(first !== undefined, 'the answer is no event stream');
  const { dialect } = bench.streaming.parseStreamEvent(first, undefined).state;
  return {
    dialect,
    operation: 'chat',
    method,
    path: url.slice(bench.client().baseUrl.length),
    headers: clientHeaders,
    ...(body !== undefined && { body: Buffer.from(body) }),
    signal: new AbortController().signal,
  };
}

function withoutDialects({ dialects }: { readonly dialects: readonly { readonly operations: readonly string[] }[] }): string | undefined {
  return dialects.some(({ operations }) => operations.includes('chat')) ? undefined : 'takes no chat in a wire of its own';
}

export const forwardChecks: readonly Check[] = [
  {
    id: 'forward.bytes',
    title: "a request of the provider's own wire is passed on, and its answer comes back byte by byte",
    needs: ['streaming'],
    notFor: withoutDialects,
    run: async (bench) => {
      const request = await asClient(bench, 'sim-text');
      bench.line.reset();
      const { status, body } = await settled('forward', bench.streaming.forward(bench.client(), request));
      const given = await settled('the body', readText(body, 10_000_000));
      const exchange = bench.line.exchanges.at(-1);
      demand(exchange !== undefined, 'forward asks nobody');
      demand(status === exchange.status, `the vendor answers ${String(exchange.status)}, forward gives ${String(status)}`);
      demand(given === Buffer.from(bytesOf(exchange)).toString(), 'the answer is not what the vendor sent');
      const sent = exchange.request.body === undefined ? '' : Buffer.from(exchange.request.body).toString();
      demand(sent === Buffer.from(request.body ?? '').toString(), 'the body is not what the client sent');
    },
  },
  {
    id: 'forward.credential',
    title: "the vendor is given the session's credential and none of the client's",
    needs: ['streaming'],
    notFor: withoutDialects,
    run: async (bench) => {
      const request = await asClient(bench, 'sim-text');
      bench.line.reset();
      await settled('forward', bench.streaming.forward(bench.client(), { ...request, path: withKey(request.path) }));
      const sent = bench.line.exchanges.at(-1)?.request;
      demand(sent !== undefined, 'forward asks nobody');
      const shown = `${sent.url}\n${JSON.stringify(sent.headers)}`;
      demand(!shown.includes(theirs), 'what the client proves itself with goes to the vendor');
      const ours: OutgoingHeaders = {};
      await bench.client().authorise(ours);
      const isOurs = Object.entries(ours).some(([name, value]) => sent.headers[name] === value);
      demand(isOurs, "the session's credential is not on the request");
    },
  },
  {
    id: 'forward.refusal',
    title: "a vendor's refusal comes back as it is, with its status, and is not thrown",
    needs: ['streaming'],
    notFor: withoutDialects,
    run: async (bench) => {
      const request = await asClient(bench, 'sim-text');
      const refusal = { error: { message: 'as the vendor says it' } };
      bench.line.answerWith(async () => jsonAnswer(429, refusal));
      const { status, body } = await settled('forward', bench.streaming.forward(bench.client(), request));
      demand(status === 429, `the vendor answers 429, forward gives ${String(status)}`);
      demand((await readText(body, 10_000)) === JSON.stringify(refusal), 'the refusal is not what the vendor sent');
    },
  },
  {
    id: 'forward.unlisted',
    title: 'what the manifest does not list is operation.unsupported',
    needs: ['streaming'],
    run: async (bench) => {
      const signal = new AbortController().signal;
      const unlisted: WireRequest = { dialect: 'no-such-dialect', operation: 'chat', method: 'POST', path: '/chat', headers: {}, signal };
      await demandCode('a request in an unlisted dialect', ['operation.unsupported'], () =>
        settled('forward', bench.streaming.forward(bench.client(), unlisted)),
      );
      demand(bench.line.exchanges.length === 0, 'a request in an unlisted dialect goes out');
    },
  },
];

/** Some clients put their key into the address. */
function withKey(path: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}key=${theirs}`;
}
