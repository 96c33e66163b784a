import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import { catalogue } from '../../src/contracts/errors/catalogue.js';
import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import type { MaestroClient } from '../../src/index.js';
import type { GatewayClient } from '../support/gateway-client.js';
import { faultModel } from '../support/faulty-upstream.js';
import type { FaultName } from '../support/upstream-faults.js';

export const providers = ['anthropic', 'gemini', 'openai'] as const;
export type Provider = (typeof providers)[number];

/** The gateway's own API, the door of the provider's wire, a door of another wire, and messages over TCP. */
export const ways = ['native', 'own door', 'other door', 'tcp'] as const;
export type Way = (typeof ways)[number];

export type Kind = FaultName | 'connection refused';

/** What a client was told in the end. */
export interface Told {
  /** `ok`: a whole answer; a code of the catalogue; `cut`: visibly broken off; `passed <status>`: what the provider said, as it said it. */
  readonly outcome: string;
  /** What went before it: a status other than 200, or how the answer began and ended. */
  readonly text: string;
}

export interface FaultScene {
  readonly client: GatewayClient;
  readonly messages: MaestroClient;
}

const question = [{ role: 'user', content: 'Hello' }] as const;

/** Keys of the sessions, one for each provider; no error may say one. */
const keyOf = (provider: Provider): string =>
  ({ anthropic: 'sk-ant-api03-', gemini: 'AIzaSy', openai: 'sk-proj-' })[provider] + `CANARYof${provider}`.padEnd(33, '0');

export const hasSecret = (text: string): boolean => providers.some((provider) => text.includes(keyOf(provider)));

/** Where each provider is looked for, at an address without a version. */
export const baseUrlsOf = (address: string): Readonly<Record<Provider, string>> => ({
  anthropic: address,
  gemini: address,
  openai: `${address}/v1`,
});

/** For each provider one session that works, and one whose provider is not there. */
export async function makeSessions(client: GatewayClient, baseUrls: Readonly<Record<Provider, string>>): Promise<void> {
  const dead = await closedPort();
  for (const provider of providers) {
    const body = { provider, authType: 'api_key', credentials: { apiKey: keyOf(provider) } };
    const gone = baseUrls[provider].replace(/:\d+/, `:${String(dead)}`);
    for (const more of [{ name: 'work' }, { name: 'gone', baseUrl: gone }]) {
      const { status, text } = await client.call('POST', '/api/sessions', { body: { ...body, ...more } });
      if (status !== 201) throw new Error(text);
    }
  }
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** One chat whose provider behaves so, read to its end. */
export async function ask(scene: FaultScene, way: Way, provider: Provider, kind: Kind, retries = 0): Promise<Told> {
  const session = kind === 'connection refused' ? 'gone' : 'work';
  const model = kind === 'connection refused' ? 'any' : faultModel(kind);
  if (way === 'tcp') return askOverTcp(scene, { provider, session, model }, retries);
  const { path, body, headers } = requestFor(way, provider, session, model);
  const response = await scene.client.send('POST', path, { body, headers: { 'x-maestro-retries': String(retries), ...headers } });
  const { text, isWhole } = await ends(response);
  return { outcome: outcomeOf(response.status, text, isWhole), text: `${String(response.status)} ${text}` };
}

interface Asked {
  readonly path: string;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export function requestFor(way: Exclude<Way, 'tcp'>, provider: Provider, session: string, model: string): Asked {
  if (way === 'native') return { path: '/api/chat', body: { provider, session, model, messages: question } };
  const name = `${provider}:${session}/${model}`;
  const chat = { path: '/v1/chat/completions', body: { model: name, messages: question, stream: true } };
  const messages = {
    path: '/v1/messages',
    body: { model: name, max_tokens: 99, messages: question, stream: true },
    headers: { 'anthropic-version': '2023-06-01' },
  };
  const responses = { path: '/v1/responses', body: { model: name, input: 'Hello', stream: true } };
  const contents = {
    path: `/v1beta/models/${name}:streamGenerateContent?alt=sse`,
    body: { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] },
  };
  const own = { anthropic: messages, gemini: contents, openai: chat };
  const other = { anthropic: chat, gemini: responses, openai: messages };
  return (way === 'own door' ? own : other)[provider];
}

const keptEnds = 8 * 1024;

/** How an answer of any size began and ended. */
async function ends(response: Response): Promise<{ readonly text: string; readonly isWhole: boolean }> {
  let [start, end] = ['', ''];
  try {
    for await (const piece of response.body ?? []) {
      const text = Buffer.from(piece as Uint8Array).toString('utf8');
      if (start.length < keptEnds) start = (start + text).slice(0, keptEnds);
      end = (end + text).slice(-keptEnds);
    }
    return { text: start + end, isWhole: true };
  } catch {
    return { text: start + end, isWhole: false };
  }
}

async function askOverTcp(
  { messages }: FaultScene,
  address: { provider: string; session: string; model: string },
  retries: number,
): Promise<Told> {
  let text = '';
  try {
    for await (const event of messages.streamChat({ ...address, messages: question }, { retries })) {
      text = (text + JSON.stringify(event)).slice(-keptEnds);
    }
    return { outcome: text.includes('was said.') && text.includes('"message-end"') ? 'ok' : 'silent', text };
  } catch (error) {
    const failure = MaestroError.from(error);
    return { outcome: failure.code, text: text + failure.message };
  }
}

/** How doors spell codes, back to how the catalogue does. */
const spelt = new Map(Object.keys(catalogue).map((code) => [code.replaceAll(/[.-]/g, '_'), code]));
const ownWords: Readonly<Record<string, string>> = {
  rate_limit_exceeded: 'upstream.rate-limited',
  server_is_overloaded: 'upstream.overloaded',
};

function catalogued(word: string): string | undefined {
  const plain = word.toLowerCase().replaceAll(/[.-]/g, '_');
  return spelt.get(plain) ?? ownWords[plain];
}

function outcomeOf(status: number, text: string, isWhole: boolean): string {
  const told = [...text.matchAll(/"(?:code|reason)":"([\w.-]+)"/g)].map(([, word = '']) => catalogued(word));
  const code = told.findLast((word) => word?.includes('.'));
  if (code !== undefined) return code;
  if (!isWhole) return 'cut';
  const isEnd = /"message-end"|"message_stop"|\[DONE\]|"response\.completed"|"finishReason":"STOP"/.test(text);
  // Some of its bytes may be no text.
  return status === 200 && /This.{0,20}was said\./.test(text) && isEnd ? 'ok' : `passed ${String(status)}`;
}
