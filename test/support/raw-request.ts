import { connect } from 'node:net';

/** Sends bytes as they are, past every client that would set them right, and gives what came back until the end. */
export function rawRequest(url: string, head: readonly string[], body = ''): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect({ host: hostname, port: Number(port) }, () => {
      socket.write(`${[...head, 'connection: close', `content-length: ${String(Buffer.byteLength(body))}`].join('\r\n')}\r\n\r\n${body}`);
    });
    socket.on('data', (bytes) => (answer += bytes.toString()));
    socket.on('error', reject);
    socket.on('close', () => {
      resolve(answer);
    });
  });
}
