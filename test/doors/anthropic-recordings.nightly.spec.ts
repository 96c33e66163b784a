import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import { messagesDoor } from '../../src/dialects/anthropic-messages/door.js';
import { anthropicMessagesDecoder } from '../../src/dialects/anthropic-messages/stream-decoder.js';
import { anthropicMessagesEncoder } from '../../src/dialects/anthropic-messages/stream-encoder.js';
import type { BreakMode } from '../recordings/broken.js';
import { isHalfWithEnd, isWholeRecording } from '../recordings/broken.js';
import type { Recording } from '../recordings/cases.js';
import { describeRecordings } from '../recordings/cases.js';
import type { ReplayingGateway } from '../recordings/replay-process.js';
import { modelOf, startReplayingGateway } from '../recordings/replay-process.js';
import { compareReading, silentlyBroken } from '../recordings/sdk-reading.js';
import { recordedStream } from '../recordings/through-encoders.js';
import type { SdkOutcome, SdkProcess } from '../support/sdk-process.js';
import { startSdk } from '../support/sdk-process.js';
import { providers } from './door-gateway.js';

interface Block {
  readonly type: string;
  readonly text?: string;
  readonly name?: string;
  readonly input?: unknown;
}

const path = '/v1/messages';
const messages = [{ role: 'user', content: 'Hello' }];
const noRetries = { headers: { 'x-maestro-retries': '0' } };
const lastWords = /^event: error\ndata: \{"type":"error",.*\}\n\n$/;
const wire = { api: 'messages', encoder: anthropicMessagesEncoder, decoder: anthropicMessagesDecoder('maestro') } as const;

const ask = ({ id, provider }: Recording, mode?: BreakMode): object => ({
  model: `${provider}/${modelOf(id, mode)}`,
  max_tokens: 100,
  messages,
});

describeRecordings('recorded streams through the door, read by the @anthropic-ai/sdk', ({ cases, errors }) => {
  let replaying: ReplayingGateway;
  let anthropic: SdkProcess;

  beforeAll(async () => {
    replaying = await startReplayingGateway(providers);
    anthropic = startSdk('anthropic', replaying.gateway.gateway.url, replaying.gateway.adminKey);
  }, 120_000);

  afterAll(async () => {
    await anthropic.close();
    await replaying.close();
  });

  /** Of a vendor with two wires those of the one that a translated request goes by. */
  const streamsOf = (provider: string): readonly Recording[] =>
    cases.filter((recording) => recording.kind === 'stream' && recording.provider === provider && recording.api !== 'chat');

  const read = (recording: Recording, mode?: BreakMode): Promise<SdkOutcome> =>
    anthropic.call('messages.create', [{ ...ask(recording, mode), stream: true }, noRetries]);

  const collected = (recording: Recording, mode?: BreakMode): Promise<SdkOutcome> =>
    anthropic.call('messages.stream', [ask(recording, mode), noRetries], { then: 'finalMessage' });

  it.each(providers)(
    'say of %s all that the wire can say, event by event and as its own helper collects them',
    async (provider) => {
      const streams = streamsOf(provider);
      const compared = streams.map(async (recording) => {
        const { isSame, differing } = await compareReading(wire, recording, await read(recording));
        const built = await collected(recording);
        const wrongly = recording.expected.error === null ? whatDiffers(built, recording) : built.error === undefined ? ['no error'] : [];
        return isSame && wrongly.length === 0 ? [] : [{ ...differing, isSame, wrongly }];
      });
      const wrong = (await Promise.all(compared)).flat();
      console.info(
        `${path}, read by the @anthropic-ai/sdk: ${provider} ${String(streams.length - wrong.length)} of ${String(streams.length)}`,
      );

      expect(wrong).toEqual([]);
      expect(streams.length).toBeGreaterThan(10);
    },
    60_000,
  );

  it('say of the vendor’s other wire the same, as the door writes it', async () => {
    const streams = cases.filter(({ kind, provider, api }) => kind === 'stream' && provider === 'openai' && api === 'chat');
    const server = createServer((request, response) => {
      void answerFrom(streams, request, response);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const sdk = startSdk('anthropic', `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, 'nobody-asks');
    const compared = streams.map(async (recording) => {
      const outcome = await sdk.call('messages.create', [{ ...ask(recording), stream: true }]);
      const built = await sdk.call('messages.stream', [ask(recording)], { then: 'finalMessage' });
      const { isSame } = await compareReading(wire, recording, outcome);
      const wrongly = recording.expected.error === null ? whatDiffers(built, recording) : built.error === undefined ? ['no error'] : [];
      return isSame && wrongly.length === 0 ? [] : [{ id: recording.id, isSame, wrongly }];
    });
    const wrong = (await Promise.all(compared)).flat();
    await sdk.close();
    server.close();
    console.info(`as ${path} is written: openai chat ${String(streams.length - wrong.length)} of ${String(streams.length)}`);

    expect(wrong).toEqual([]);
    expect(streams.length).toBeGreaterThan(10);
  }, 60_000);

  it.each(providers)(
    'say of %s that they broke off, cut or with a failure in the middle',
    async (provider) => {
      const { broken, silent } = await silentlyBroken(streamsOf(provider), async (recording, mode) => {
        const { error } = await read(recording, mode);
        // Two messages in one: what nobody can read is not known to be cut, but the helper does not take it.
        return (error ?? (await collected(recording, mode)).error) !== undefined;
      });
      console.info(`${path}, broken: ${provider} raised ${String(broken - silent.length)} of ${String(broken)}`);

      expect(silent).toEqual([]);
      expect(broken).toBeGreaterThan(10);
    },
    60_000,
  );

  it('are the bytes of the vendor where it speaks the wire; what was cut has its end appended', async () => {
    const fetched = async (recording: Recording, mode?: BreakMode): Promise<Buffer> => {
      const response = await replaying.gateway.send('POST', path, { body: { ...ask(recording, mode), stream: true } });
      return Buffer.from(await response.arrayBuffer());
    };
    const streams = streamsOf('anthropic');
    const compared = streams.map(async (recording) => {
      const [whole, cut] = await Promise.all([fetched(recording), fetched(recording, 'cut')]);
      const isSame = await isWholeRecording(whole, recording);
      const isHalf = await isHalfWithEnd(cut, recording, lastWords);
      return isSame && isHalf ? [] : [{ id: recording.id, isSame, isHalf }];
    });
    const changed = (await Promise.all(compared)).flat();
    console.info(`${path}, same bytes: ${String(streams.length - changed.length)} of ${String(streams.length)} streams`);

    expect(changed).toEqual([]);
  }, 60_000);

  it('are the bytes of the vendor as well where an answer came whole', async () => {
    const answers = cases.filter(({ kind, provider }) => kind === 'json' && provider === 'anthropic');
    const compared = answers.map(async (recording) => {
      const { text } = await replaying.gateway.call('POST', path, { body: ask(recording) });
      return text === recording.body.toString('utf8') ? [] : [recording.id];
    });
    const changed = (await Promise.all(compared)).flat();
    console.info(`${path}, same bytes: ${String(answers.length - changed.length)} of ${String(answers.length)} whole answers`);

    expect(changed).toEqual([]);
    expect(answers.length).toBeGreaterThan(5);
  });

  it('are the vendor’s own words where it refused, but for a key of ours that it does not take', async () => {
    const refusals = errors.filter(({ provider }) => provider === 'anthropic');
    const compared = refusals.map(async ({ id, status, body }) => {
      const asked = { model: `anthropic/${modelOf(id)}`, max_tokens: 100, messages };
      const answer = await replaying.gateway.call('POST', path, { body: asked, ...noRetries });
      const isSame = status === 401 ? answer.status === 424 : answer.status === status && answer.text === body;
      return isSame ? [] : [{ id, status: answer.status, text: answer.text }];
    });

    expect((await Promise.all(compared)).flat()).toEqual([]);
    expect(refusals.length).toBeGreaterThan(2);
  });
});

/** What the door would send for a recording that nothing at the gateway asks for by this wire. */
async function answerFrom(streams: readonly Recording[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = JSON.parse(await text(request)) as { readonly model: string };
  const recording = streams.find(({ id, provider }) => body.model === `${provider}/${modelOf(id)}`);
  if (recording === undefined) throw new Error(body.model);
  const { events, error } = await recordedStream(recording);
  const [route] = messagesDoor.routes;
  if (route === undefined) throw new Error('the door has no route');
  const asked = { body, headers: {}, route, model: body.model, search: new URLSearchParams(), provider: 'openai', isSpoken: false };
  const writer = messagesDoor.decode({ ...asked, created: 0 }).streamed();
  response.writeHead(200, { 'content-type': writer.contentType });
  for (const event of events) response.write(writer.write(event).text);
  response.end(error === undefined ? writer.end() : writer.fail(error));
}

/** What the vendor's helper made of the events, against what is known of the recording. */
function whatDiffers({ value, error }: SdkOutcome, { expected }: Recording): readonly string[] {
  if (error !== undefined) return [error.message];
  const { content } = value as { readonly content: readonly Block[] };
  const text = content.map(({ type, text: said }) => (type === 'text' ? said : '')).join('');
  const calls = content.flatMap(({ type, name, input }) => (type === 'tool_use' ? [{ name, args: input }] : []));
  const known = expected.toolCalls.map(({ name, args }) => ({ name, args }));
  return [...(text === expected.text ? [] : [`text ${text}`]), ...(isSameJson(calls, known) ? [] : [`calls ${JSON.stringify(calls)}`])];
}

function isSameJson(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
