// What most write first: node:http on both sides, piped.
import http from 'node:http';

const agent = new http.Agent({ keepAlive: true, maxSockets: 128 });
const upstream = new URL(process.env.UPSTREAM);

const server = http.createServer((request, response) => {
  const { 'content-length': length } = request.headers;
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${process.env.UPSTREAM_KEY}`, 'content-length': length };
  const forwarded = http.request({ agent, hostname: upstream.hostname, port: upstream.port, path: request.url, method: 'POST', headers });
  forwarded.on('response', (answer) => {
    response.writeHead(answer.statusCode, { 'content-type': answer.headers['content-type'] });
    answer.pipe(response);
  });
  forwarded.on('error', () => response.destroy());
  request.pipe(forwarded);
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }));
