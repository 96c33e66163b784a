// The floor of a gateway that passes bytes on: undici's dispatch, one write a turn of the loop, nothing else.
import http from 'node:http';
import { setImmediate } from 'node:timers';

import { Pool } from 'undici';

const pool = new Pool(process.env.UPSTREAM, { connections: 1_100 });
const headers = { 'content-type': 'application/json', authorization: `Bearer ${process.env.UPSTREAM_KEY}` };

const server = http.createServer((request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    let waiting = [];
    const flush = () => {
      if (waiting.length > 0) response.write(waiting.length === 1 ? waiting[0] : Buffer.concat(waiting));
      waiting = [];
    };
    pool.dispatch(
      { path: request.url, method: 'POST', headers, body: Buffer.concat(pieces) },
      {
        onRequestStart() {},
        onResponseStart(_controller, status, given) {
          const { 'content-type': type, 'content-length': length } = given;
          response.writeHead(status, { 'content-type': type, ...(length !== undefined && { 'content-length': length }) });
        },
        onResponseData(_controller, piece) {
          if (waiting.push(piece) === 1) setImmediate(flush);
        },
        onResponseEnd() {
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
