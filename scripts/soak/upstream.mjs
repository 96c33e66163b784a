// A provider of Chat Completions for the soak: streams of a few seconds, and one fault at a time.
import http from 'node:http';

const deltas = 60;
const paceMs = 50;
const chunk = (delta, finish = null) =>
  `data: ${JSON.stringify({
    ...{ id: 'chatcmpl-soak', object: 'chat.completion.chunk', created: 1_700_000_000, model: 'soak-model' },
    choices: [{ index: 0, delta, finish_reason: finish }],
  })}\n\n`;
const frames = [
  chunk({ role: 'assistant', content: '' }),
  ...Array.from({ length: deltas }, (_, index) => chunk({ content: ` word${String(index)}` })),
  chunk({}, 'stop'),
  'data: [DONE]\n\n',
];

/** What can go wrong; each is told by the answer, or in the middle of it. */
export const upstreamFaults = ['unavailable', 'quota', 'reset', 'truncated', 'nonsense', 'not events'];

export async function startUpstream() {
  let fault;
  const server = http.createServer((request, response) => {
    request.resume().on('end', () => answer(response, fault));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String(server.address().port)}`,
    setFault: (kind) => {
      fault = kind;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function answer(response, fault) {
  if (fault === 'unavailable' || fault === 'quota') {
    response.writeHead(fault === 'quota' ? 429 : 503, { 'content-type': 'application/json', 'retry-after': '1' });
    response.end(JSON.stringify({ error: { message: `soak: ${fault}`, type: 'server_error' } }));
    return;
  }
  if (fault === 'not events') {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Just a moment</html>');
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  let at = 0;
  const timer = setInterval(() => {
    if (response.destroyed) clearInterval(timer);
    else if (at === 20 && fault === 'reset') response.destroy();
    else if (at === 20 && fault === 'truncated') response.end();
    else if (at === 20 && fault === 'nonsense') response.end('data: {"choices": [nonsense\n\n');
    else if (at === frames.length) response.end();
    else response.write(frames[at]);
    at += 1;
    if (response.writableEnded) clearInterval(timer);
  }, paceMs);
}
