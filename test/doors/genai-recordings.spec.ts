import type { BreakMode } from '../recordings/broken.js';
import { isHalfWithEnd, isWholeRecording } from '../recordings/broken.js';
import { describeRecordings } from '../recordings/cases.js';
import type { ReplayingGateway } from '../recordings/replay-process.js';
import { modelOf, startReplayingGateway } from '../recordings/replay-process.js';

/** As an event, and bare. */
const lastWords = /^data: (\{"error":.*\})\n\n\1\n$/;

describeRecordings('recorded answers of Gemini through its own door', ({ cases, arrays, errors }) => {
  const answers = cases.filter(({ provider, api }) => provider === 'gemini' && api === 'generate-content');
  let replaying: ReplayingGateway;

  beforeAll(async () => {
    replaying = await startReplayingGateway(['gemini']);
  }, 120_000);

  afterAll(() => replaying.close());

  const fetched = async (id: string, method: string, mode?: BreakMode): Promise<Buffer> => {
    const path = `/v1beta/models/gemini/${modelOf(id, mode)}:${method}`;
    const response = await replaying.gateway.send('POST', path, { body: { contents: [] } });
    return Buffer.from(await response.arrayBuffer());
  };

  it('are the bytes of the vendor; what was cut has its end appended', async () => {
    const streams = answers.filter(({ kind }) => kind === 'stream');
    const compared = streams.map(async (recording) => {
      const method = 'streamGenerateContent?alt=sse';
      const [whole, cut] = await Promise.all([fetched(recording.id, method), fetched(recording.id, method, 'cut')]);
      const isSame = await isWholeRecording(whole, recording);
      const isHalf = await isHalfWithEnd(cut, recording, lastWords);
      return isSame && isHalf ? [] : [{ id: recording.id, isSame, isHalf }];
    });
    const changed = (await Promise.all(compared)).flat();
    console.info(`generateContent, same bytes: ${String(streams.length - changed.length)} of ${String(streams.length)} streams`);

    expect(changed).toEqual([]);
    expect(streams.length).toBeGreaterThan(10);
  }, 60_000);

  it('are the bytes of the vendor as well where an answer came whole, or as one array', async () => {
    const all = [
      ...answers.filter(({ kind }) => kind === 'json').map(({ id, body }) => ({ id, body, method: 'generateContent' })),
      ...arrays.filter(({ provider }) => provider === 'gemini').map(({ id, body }) => ({ id, body, method: 'streamGenerateContent' })),
    ];
    const compared = all.map(async ({ id, body, method }) => ((await fetched(id, method)).equals(body) ? [] : [id]));
    const changed = (await Promise.all(compared)).flat();
    console.info(`generateContent, same bytes: ${String(all.length - changed.length)} of ${String(all.length)} in JSON`);

    expect(changed).toEqual([]);
    expect(all.length).toBeGreaterThan(10);
  });

  it('are the vendor’s own words where it refused, but for a key of ours that it does not take', async () => {
    const refusals = errors.filter(({ provider }) => provider === 'gemini');
    const compared = refusals.map(async ({ id, status, body }) => {
      const path = `/v1beta/models/gemini/${modelOf(id)}:generateContent`;
      const answer = await replaying.gateway.call('POST', path, { body: { contents: [] }, headers: { 'x-maestro-retries': '0' } });
      const isBadKey = body.includes('API_KEY_INVALID');
      const isSame = isBadKey ? answer.status === 424 : answer.status === status && answer.text === body;
      return isSame ? [] : [{ id, status: answer.status, text: answer.text }];
    });

    expect((await Promise.all(compared)).flat()).toEqual([]);
    expect(refusals.length).toBeGreaterThan(3);
  });
});
