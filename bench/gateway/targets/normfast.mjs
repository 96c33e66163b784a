// The floor of a gateway that translates: events split by blank lines, each one's JSON read, each written as a chunk of Chat
// Completions; one write a turn of the loop. WIRE is what the provider speaks.
import http from 'node:http';
import { setImmediate } from 'node:timers';

import { Pool } from 'undici';

const wire = process.env.WIRE;
const blankLine = wire === 'gemini' ? '\r\n\r\n' : '\n\n';
const pool = new Pool(process.env.UPSTREAM, { connections: 1_100 });
const key = process.env.UPSTREAM_KEY;

const asks = {
  openai: { path: '/v1/chat/completions', headers: { authorization: `Bearer ${key}` } },
  anthropic: { path: '/v1/messages', headers: { 'x-api-key': key, 'anthropic-version': '2023-06-01' } },
  gemini: { path: '/v1beta/models/bench-model:streamGenerateContent?alt=sse', headers: { 'x-goog-api-key': key } },
};

const textOf = {
  openai: (event) => event.choices[0]?.delta.content,
  anthropic: (event) => (event.type === 'content_block_delta' ? event.delta.text : undefined),
  gemini: (event) => event.candidates[0].content.parts[0].text,
};

const chunk = (delta, finish) =>
  `data: ${JSON.stringify({ id: 'bench', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

const server = http.createServer((request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    const { messages, model } = JSON.parse(Buffer.concat(pieces).toString());
    const { path, headers } = asks[wire];
    const decoder = new TextDecoder();
    let rest = '';
    let waiting = '';
    const flush = () => {
      if (waiting !== '') response.write(waiting);
      waiting = '';
    };
    pool.dispatch(
      {
        path,
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ model, messages, stream: true }),
      },
      {
        onRequestStart() {},
        onResponseStart() {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
        },
        onResponseData(_controller, piece) {
          const events = (rest + decoder.decode(piece, { stream: true })).split(blankLine);
          rest = events.pop();
          const isFirst = waiting === '';
          for (const event of events) {
            const json = event.slice(event.indexOf('data: ') + 6);
            if (json === '[DONE]') continue;
            const content = textOf[wire](JSON.parse(json));
            if (content !== undefined) waiting += chunk({ content }, null);
          }
          if (isFirst && waiting !== '') setImmediate(flush);
        },
        onResponseEnd() {
          waiting += `${chunk({}, 'stop')}data: [DONE]\n\n`;
          flush();
          response.end();
        },
        onResponseError() {
          response.destroy();
        },
      },
    );
  });
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }));
