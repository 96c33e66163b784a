import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { environmentNameOf } from '../../src/contracts/manifest.js';
import { doors } from '../../src/transports/http/doors/doors.js';
import { rawRequest } from '../support/raw-request.js';
import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';
import { tellFigure } from '../support/tell-figure.js';
import { provider, providers } from '../support/who-may.js';

/** A server that keeps what it was sent, and answers as it is told. */
interface Place {
  readonly url: string;
  readonly arrived: IncomingHttpHeaders[];
  answer: { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: string };
  close(): Promise<void>;
}

async function startPlace(): Promise<Place> {
  const arrived: IncomingHttpHeaders[] = [];
  const place = { arrived, answer: { status: 404, body: '{}' } };
  const server = createServer((request, response) => {
    arrived.push(request.headers);
    const { status, headers, body } = (place as Pick<Place, 'answer'>).answer;
    response.writeHead(status, { connection: 'close', ...headers }).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(place, {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    async close(): Promise<void> {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  });
}

const secret = 'sk-CANARY-of-the-session-0123456789abcdef';
const messages = [{ role: 'user', content: 'Hello' }];

let home: Place;
/** Where nobody's credential belongs. */
let attacker: Place;
let gateway: TestGateway;
beforeAll(async () => {
  [home, attacker] = await Promise.all([startPlace(), startPlace()]);
  gateway = await startTestGateway(Object.fromEntries(providers.map((id) => [environmentNameOf(id, 'baseUrl'), home.url])));
  const { status, text } = await gateway.call('POST', '/api/sessions', {
    body: { provider, authType: 'api_key', name: 'usual', credentials: { apiKey: keyOf(provider) } },
  });
  if (status !== 201) throw new Error(text);
}, 60_000);
afterAll(async () => {
  await gateway.close();
  await home.close();
  await attacker.close();
});
beforeEach(() => {
  home.answer = { status: 404, body: '{}' };
  home.arrived.length = 0;
});
afterEach(() => {
  expect(attacker.arrived).toEqual([]);
});

function keyOf(id: string): string {
  return gateway.simulators.get(id)?.apiKey ?? secret;
}

const sentOnce = { 'x-maestro-retries': '0' };
const names = ['api_base', 'base_url', 'baseUrl', 'baseURL', 'endpoint', 'proxy', 'custom_host', 'customHost', 'api_host', 'url'];

/** Chats by every door, each with something more in its body. */
function chats(more: object): readonly { readonly path: string; readonly body: object }[] {
  const model = `${provider}:usual/any`;
  return [
    { path: '/api/chat', body: { provider, session: 'usual', model: 'any', messages, ...more } },
    { path: '/v1/chat/completions', body: { model, messages, ...more } },
    { path: '/v1/responses', body: { model, input: 'Hello', ...more } },
    { path: '/v1/messages', body: { model, max_tokens: 9, messages, ...more } },
    { path: `/v1beta/models/${model}:generateContent`, body: { contents: [{ parts: [{ text: 'Hello' }] }], ...more } },
  ];
}

describe('where others sent a credential to', () => {
  it('LiteLLM CVE-2024-6587: an address in a request leads nowhere', async () => {
    for (const name of names) {
      const sent = chats({ [name]: attacker.url }).map(({ path, body }) => gateway.call('POST', path, { body, headers: sentOnce }));
      for (const { status } of await Promise.all(sent)) expect(status).toBeGreaterThanOrEqual(400);
    }
    expect(home.arrived.length).toBeGreaterThan(0);
  });

  it('LiteLLM #26996: nor does one that stands deep in it', async () => {
    const inner = Object.fromEntries(names.map((name) => [name, attacker.url]));
    const places = ['metadata', 'extra_body', 'litellm_params', 'options', 'providerOptions', 'user_config', 'config', 'tools'];
    for (const place of places) {
      const deep = { [place]: { ...inner, [provider]: inner, model_list: [{ litellm_params: inner }] } };
      await Promise.all(chats(deep).map(({ path, body }) => gateway.call('POST', path, { body, headers: sentOnce })));
    }
  });

  it('LiteLLM #31467, #37053: a kept secret is not taken to another address', async () => {
    const at = `/api/sessions/${provider}/api_key/usual`;
    const tries = [
      gateway.call('PATCH', at, { body: { baseUrl: attacker.url } }),
      gateway.call('PUT', `${at}/credentials`, { body: { baseUrl: attacker.url, verify: true } }),
      gateway.call('PUT', `${at}/credentials`, { body: { credentials: {}, baseUrl: attacker.url, verify: true } }),
      gateway.call('POST', `${at}/clone`, { body: { name: 'led_away', baseUrl: attacker.url } }),
      gateway.call('POST', `${at}/test`, { body: { baseUrl: attacker.url } }),
      gateway.call('POST', `${at}/test?baseUrl=${encodeURIComponent(attacker.url)}`),
      gateway.call('GET', `${at}/models?baseUrl=${encodeURIComponent(attacker.url)}`),
    ];
    const answers = await Promise.all(tries);

    expect(answers.slice(0, 4).map(({ status }) => status)).toEqual([400, 400, 400, 400]);
    expect((await gateway.call('GET', at)).json['baseUrl']).toBeUndefined();
  });

  it('lobe-chat CVE-2024-37895: neither a header nor a query names the address', async () => {
    const headers = Object.fromEntries(
      [...names, 'x-base-url', 'x-api-base', 'x-portkey-custom-host', 'x-custom-host', 'x-forwarded-host', 'x-lobe-endpoint'].map(
        (name) => [name.replaceAll('_', '-'), attacker.url],
      ),
    );
    const query = new URLSearchParams(Object.fromEntries(names.map((name) => [name, attacker.url])));
    await Promise.all(
      chats({}).map(({ path, body }) => gateway.call('POST', `${path}?${String(query)}`, { body, headers: { ...headers, ...sentOnce } })),
    );
    expect(home.arrived.length).toBeGreaterThan(0);
  });

  it('lobe-chat #13958, mem0#6081: what is kept is shown without its secret', async () => {
    const paths = [
      '/api/sessions',
      `/api/sessions/${provider}/api_key/usual`,
      '/api/providers',
      `/api/providers/${provider}`,
      '/api/audit',
    ];
    for (const path of paths) {
      const { status, text } = await gateway.call('GET', path);
      expect([path, status, text.includes(keyOf(provider))]).toEqual([path, 200, false]);
    }
  });

  it('Vane#1124: what an address answered is not shown by whoever tries it', async () => {
    const inside = 'INNER-PAGE-of-somebody';
    for (const status of [200, 401, 404, 500]) {
      home.answer = { status, headers: { 'content-type': 'text/html', 'x-inner': inside }, body: `<html>${inside}</html>` };
      const answers = [
        await gateway.call('POST', `/api/sessions/${provider}/api_key/usual/test`),
        await gateway.call('GET', `/api/sessions/${provider}/api_key/usual/models`),
        await gateway.call('POST', '/api/sessions', {
          body: {
            ...{ provider, authType: 'api_key', name: `tried_${String(status)}`, credentials: { apiKey: keyOf(provider) } },
            ...{ baseUrl: home.url, verify: true },
          },
        }),
      ];
      for (const { text } of answers) expect(text).not.toContain(inside);
    }
    expect(home.arrived.length).toBeGreaterThan(0);
  });

  it('Portkey CVE-2025-66405, #1718: no path of any door takes another host', async () => {
    const mounts = doors.flatMap((door) => door.mounts);
    const paths = ['/models', '/chat/completions', '/files', '/anything/else', '/proxy/v1/messages', `/${attacker.url}`, '/..//attacker'];
    const { host } = new URL(attacker.url);
    let sent = 0;
    for (const mount of mounts) {
      for (const path of paths) {
        for (const target of [`${mount}${path}`, `${attacker.url}${mount}${path}`]) {
          const head = [
            `POST ${target} HTTP/1.1`,
            ...[`host: ${host}`, `authorization: Bearer ${gateway.adminKey}`, 'content-type: application/json', 'x-maestro-retries: 0'],
            ...[`x-portkey-custom-host: ${attacker.url}`, `x-portkey-provider: ${provider}`, `x-forwarded-host: ${host}`],
          ];
          const body = JSON.stringify({ model: `${provider}:usual/any`, custom_host: attacker.url });
          expect(await rawRequest(gateway.gateway.url, head, body)).toMatch(/^HTTP\/1\.1 \d{3} /);
          sent += 1;
        }
      }
    }
    tellFigure('T35', `${String(sent)} requests at every path of every door: 0 Authorization headers at another origin`);
  });

  it.each(['native', 'doors', 'models', 'test'] as const)('a redirect takes nobody along: %s', async (way) => {
    home.answer = { status: 307, headers: { location: `${attacker.url}/v1/elsewhere` }, body: '' };
    const asked = {
      native: chats({}).slice(0, 1),
      doors: chats({}).slice(1),
      models: [{ path: `/api/sessions/${provider}/api_key/usual/models`, method: 'GET' }],
      test: [{ path: `/api/sessions/${provider}/api_key/usual/test`, body: {} }],
    }[way];
    for (const each of asked) {
      const method = 'method' in each ? each.method : 'POST';
      const answer = await gateway.call(method, each.path, { ...('body' in each && { body: each.body }), headers: sentOnce });
      expect([answer.status >= 300 && answer.status < 400, answer.headers.get('location')]).toEqual([false, null]);
    }
    expect(home.arrived.length).toBeGreaterThan(0);
  });
});
