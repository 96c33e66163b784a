import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { environmentNameOf } from '../../src/contracts/manifest.js';
import type { StreamEvent } from '../../src/contracts/stream-event.js';
import type { ReceivedEvent } from '../support/gateway-client.js';
import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';
import type { Recording } from './cases.js';
import { describeRecordings } from './cases.js';
import type { ReadStream } from './summary.js';
import { brokenPromises, expectedSummary, summaryOf } from './summary.js';

const providers = ['openai', 'anthropic', 'gemini'];
const key = 'a-key-that-nobody-checks-here';

/** The cases that only text, reasoning and tool calls make up, and that ended well. */
function isPlain({ expected }: Recording): boolean {
  const { serverToolCalls, sources, files, refusal, error, clientRunItems } = expected;
  return serverToolCalls.length + sources + files === 0 && (refusal ?? '') === '' && error === null && clientRunItems === undefined;
}

function readFrom(received: readonly ReceivedEvent[]): ReadStream {
  const failure = received.find(({ event }) => event === 'error');
  if (failure !== undefined) throw new Error(JSON.stringify(failure.data));
  // A frame holds one event of the documented shape, and its number.
  return { events: received.map(({ data: { seq: _seq, ...event } }) => event as unknown as StreamEvent) };
}

describeRecordings('recorded streams through the gateway', ({ cases }) => {
  const streams = cases.filter((recording) => recording.kind === 'stream' && providers.includes(recording.provider) && isPlain(recording));
  let replay: ChildProcess;
  let gateway: TestGateway;

  beforeAll(async () => {
    // It serves only where it is started by its real path.
    const program = realpathSync(join(process.cwd(), '../shared/recordings/replay-server.mjs'));
    replay = spawn(process.execPath, [program, '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface({ input: replay.stdout ?? process.stdin }), 'line')) as [string];
    const { url } = JSON.parse(line) as { readonly url: string };
    gateway = await startTestGateway(Object.fromEntries(providers.map((provider) => [environmentNameOf(provider, 'baseUrl'), url])));
    for (const provider of providers) {
      await gateway.call('POST', '/api/sessions', {
        body: { provider, authType: 'api_key', name: `recorded_${provider}`, credentials: { apiKey: key } },
      });
    }
  }, 120_000);

  afterAll(async () => {
    await gateway.close();
    replay.kill();
    await once(replay, 'exit');
  });

  it.each(streams.map((recording) => [recording.id, recording] as const))('%s is what the caller gets', async (id, recording) => {
    const received = await gateway.chat({
      provider: recording.provider,
      session: `recorded_${recording.provider}`,
      model: `case:${id.replaceAll('/', '~')}`,
      messages: [{ role: 'user', content: 'Hello' }],
      ...(recording.api === 'chat' && { providerOptions: { openai: { api: 'chat-completions' } } }),
    });
    const read = readFrom(received);

    expect(brokenPromises(read)).toEqual([]);
    expect(summaryOf(read)).toEqual(expectedSummary(recording.expected, summaryOf(read)));
  });

  it('are many of each provider', () => {
    const counts = Object.fromEntries(
      providers.map((provider) => [provider, streams.filter((stream) => stream.provider === provider).length]),
    );
    console.info(`recorded streams through the gateway: ${JSON.stringify(counts)}`);
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(10);
  });
});
