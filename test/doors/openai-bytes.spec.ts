import { holdsCarried } from '../../src/kit/door.js';
import { isRecord } from '../../src/kit/read-body.js';
import { describeRecordings } from '../recordings/cases.js';
import type { DoorGateway } from './door-gateway.js';
import { plainText, startDoorGateway } from './door-gateway.js';

const paths = { chat: '/v1/chat/completions', responses: '/v1/responses' };

describe('a request at the OpenAI door for a provider of the same wire', () => {
  let door: DoorGateway;

  beforeAll(async () => {
    door = await startDoorGateway('openai', '/v1');
  }, 60_000);

  afterAll(() => door.close());

  const bodies = (): readonly string[] => (door.gateway.simulators.get('openai')?.requests ?? []).map(({ body }) => body);

  it('arrives byte by byte as it was sent, but for the part of the model that is ours', async () => {
    const text = '{ "messages" :[{"role":"user","content":"H\\u0065llo"}],\n\t"n":1.0, "model":"gpt-x" ,"unknown":[1e2] }';
    const bare = await door.gateway.call('POST', paths.chat, { text });
    const named = await door.gateway.call('POST', paths.chat, { text: text.replace('gpt-x', 'openai:work_openai/gpt-x') });

    expect(bodies().slice(-2)).toEqual([text, text]);
    expect(bare.text).toContain(plainText);
    expect(named.text).toBe(bare.text);
  });

  it('keeps headers that we know nothing of, and none that are ours', async () => {
    const headers = { 'openai-beta': 'assistants=v7', 'x-maestro-session': 'work_openai', 'idempotency-key': 'abc' };
    await door.gateway.call('POST', paths.responses, { text: '{"model":"m","input":"Hi"}', headers });
    const sent = door.gateway.simulators.get('openai')?.requests.at(-1)?.headers ?? {};

    expect(sent).toMatchObject({ 'openai-beta': 'assistants=v7', 'idempotency-key': 'abc', 'content-type': 'application/json' });
    expect(JSON.stringify(sent)).not.toContain('maestro-session');
    expect(JSON.stringify(sent)).not.toContain(door.gateway.adminKey);
  });

  it('may be a form, of which nothing is read', async () => {
    const contentType = 'multipart/form-data; boundary=edge';
    const text = '--edge\r\ncontent-disposition: form-data; name="model"\r\n\r\nwhisper-x\r\n--edge--\r\n';
    await door.gateway.call('POST', '/v1/audio/transcriptions', { text, headers: { 'content-type': contentType } });
    const sent = door.gateway.simulators.get('openai')?.requests.at(-1);

    expect(sent).toMatchObject({ path: '/v1/audio/transcriptions', body: text, headers: { 'content-type': contentType } });
  });

  describeRecordings('recorded', ({ cases }) => {
    /** Those that name a model without an address of ours in it. */
    const asked = cases.flatMap((recording) => {
      const { request, api } = recording;
      const body = isRecord(request) ? request['body'] : undefined;
      if (!isRecord(body) || typeof body['model'] !== 'string' || body['model'].includes('/')) return [];
      return api === 'chat' || api === 'responses' ? [{ path: paths[api], text: JSON.stringify(body, null, 1) }] : [];
    });

    it('arrives as it was', async () => {
      const before = bodies().length;
      const headers = { 'x-maestro-retries': '0' };
      expect(asked.filter(({ text }) => holdsCarried(Buffer.from(text)))).toEqual([]);
      await Promise.all(asked.map(({ path, text }) => door.gateway.call('POST', path, { text, headers })));
      console.info(`recorded requests that arrived as they were: ${String(asked.length)}`);

      expect([...bodies().slice(before)].sort()).toEqual(asked.map(({ text }) => text).sort());
      expect(asked.length).toBeGreaterThan(20);
    });
  });
});
