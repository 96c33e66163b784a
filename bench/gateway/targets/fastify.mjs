// A bare Fastify that asks with undici and writes what comes.
import fastify from 'fastify';
import { Pool } from 'undici';

const pool = new Pool(process.env.UPSTREAM, { connections: 1_100 });
const headers = { 'content-type': 'application/json', authorization: `Bearer ${process.env.UPSTREAM_KEY}` };

const server = fastify();
server.post('/v1/chat/completions', async (request, reply) => {
  const answer = await pool.request({ path: request.url, method: 'POST', headers, body: JSON.stringify(request.body) });
  reply.hijack();
  reply.raw.writeHead(answer.statusCode, { 'content-type': answer.headers['content-type'] });
  for await (const piece of answer.body) if (!reply.raw.write(piece)) await new Promise((resolve) => reply.raw.once('drain', resolve));
  reply.raw.end();
});
await server.listen({ port: 0, host: '127.0.0.1' });
process.send?.({ port: server.server.address().port });
