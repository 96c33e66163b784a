// A bare Nest application on Fastify: one controller that asks with undici and writes what comes.
import 'reflect-metadata';

import { Controller, Module, Post, Req, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Pool } from 'undici';

const pool = new Pool(process.env.UPSTREAM, { connections: 1_100 });
const headers = { 'content-type': 'application/json', authorization: `Bearer ${process.env.UPSTREAM_KEY}` };

class ProxyController {
  async pass(request, reply) {
    const answer = await pool.request({ path: request.url, method: 'POST', headers, body: JSON.stringify(request.body) });
    reply.hijack();
    reply.raw.writeHead(answer.statusCode, { 'content-type': answer.headers['content-type'] });
    for await (const piece of answer.body) if (!reply.raw.write(piece)) await new Promise((resolve) => reply.raw.once('drain', resolve));
    reply.raw.end();
  }
}
Reflect.decorate(
  [Post('/v1/chat/completions')],
  ProxyController.prototype,
  'pass',
  Object.getOwnPropertyDescriptor(ProxyController.prototype, 'pass'),
);
Req()(ProxyController.prototype, 'pass', 0);
Res()(ProxyController.prototype, 'pass', 1);
Controller()(ProxyController);

class ProxyModule {}
Module({ controllers: [ProxyController] })(ProxyModule);

const app = await NestFactory.create(ProxyModule, new FastifyAdapter(), { logger: false });
await app.listen(0, '127.0.0.1');
process.send?.({ port: app.getHttpServer().address().port });
