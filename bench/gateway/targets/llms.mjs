// @musistudio/llms, the engine of claude-code-router.
import { createRequire } from 'node:module';
import { createServer } from 'node:net';

// Its ESM build does not load: it requires built-in modules.
const { default: Server } = createRequire(import.meta.url)('../../peers/node_modules/@musistudio/llms/dist/cjs/server.cjs');

const port = await new Promise((resolve) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port: free } = probe.address();
    probe.close(() => resolve(free));
  });
});
const server = new Server({
  logger: false,
  initialConfig: {
    PORT: String(port),
    HOST: '127.0.0.1',
    providers: [
      {
        name: 'mock',
        api_base_url: `${process.env.UPSTREAM}/v1/chat/completions`,
        api_key: process.env.UPSTREAM_KEY,
        models: ['bench-model'],
        transformer: { use: [] },
      },
    ],
  },
});
await new Promise((resolve) => setTimeout(resolve, 500));
await server.start();
process.send?.({ port });
