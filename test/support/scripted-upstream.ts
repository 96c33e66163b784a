import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Said, WireAnswer } from './scripted-wires.js';
import { scriptedWires } from './scripted-wires.js';

/** What a scripted model is asked. */
export interface Asked {
  /** Path and query. */
  readonly path: string;
  readonly body: string;
  /** The names of the tools that the client offers. */
  readonly tools: readonly string[];
}

export type ScriptedModel = (asked: Asked) => Said;

/** A provider of every wire on loopback, whose model says what a test tells it to. */
export interface ScriptedUpstream {
  /** Without a version. */
  readonly baseUrl: string;
  readonly asked: readonly Asked[];
  /** The model from here on; what was asked before is forgotten. */
  play(model: ScriptedModel): void;
  close(): Promise<void>;
}

export async function startScriptedUpstream(): Promise<ScriptedUpstream> {
  let model: ScriptedModel = () => ({ text: 'Nobody wrote a script.' });
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const path = request.url ?? '';
      const wire = scriptedWires.find((each) => each.path.test(path));
      if (wire === undefined || request.method !== 'POST') {
        send(response, { status: 404, type: 'application/json', text: '{"error":{"message":"not in the script"}}' });
        return;
      }
      const parsed: unknown = JSON.parse(body);
      const question = { path, body, tools: wire.toolsOf(parsed) };
      asked.push(question);
      send(response, { status: 200, ...wire.answer(model(question), { path, body: parsed }) });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    baseUrl: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    asked,
    play(next) {
      model = next;
      asked.length = 0;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, { status, type, text }: WireAnswer & { readonly status: number }): void {
  response.writeHead(status, { 'content-type': type });
  response.end(text);
}
