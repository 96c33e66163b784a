// Portkey's gateway, as its own command starts it.
import { connect, createServer } from 'node:net';

const port = await new Promise((resolve) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port: free } = probe.address();
    probe.close(() => resolve(free));
  });
});
process.argv.push(`--port=${String(port)}`, '--headless');
await import('../../peers/node_modules/@portkey-ai/gateway/build/start-server.js');

const isUp = () =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
while (!(await isUp())) await new Promise((resolve) => setTimeout(resolve, 50));
process.send?.({ port });
