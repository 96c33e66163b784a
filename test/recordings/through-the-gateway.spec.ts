import type { StreamEvent } from '../../src/contracts/stream-event.js';
import type { ReceivedEvent } from '../support/gateway-client.js';
import type { Recording } from './cases.js';
import { describeRecordings } from './cases.js';
import type { ReplayingGateway } from './replay-process.js';
import { modelOf, startReplayingGateway } from './replay-process.js';
import type { ReadStream } from './summary.js';
import { brokenPromises, expectedSummary, summaryOf } from './summary.js';

const providers = ['openai', 'anthropic', 'gemini', 'azure', 'vertex'];

/** Of vendors with two wires, by its recordings' name for each. */
const apis: Readonly<Record<string, string>> = { chat: 'chat-completions', responses: 'responses' };

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
  let replaying: ReplayingGateway;

  beforeAll(async () => {
    replaying = await startReplayingGateway(providers);
  }, 120_000);

  afterAll(() => replaying.close());

  it.each(streams.map((recording) => [recording.id, recording] as const))('%s is what the caller gets', async (id, recording) => {
    const received = await replaying.gateway.chat({
      provider: recording.provider,
      session: `recorded_${recording.provider}`,
      model: modelOf(id),
      messages: [{ role: 'user', content: 'Hello' }],
      ...(recording.api in apis && { providerOptions: { [recording.provider]: { api: apis[recording.api] } } }),
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
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(5);
  });
});
