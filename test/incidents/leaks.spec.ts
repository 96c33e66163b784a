import { randomBytes } from 'node:crypto';

import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';

const canary = (of: string): string => `sk-${of}-${randomBytes(16).toString('hex')}`;

describe('where keys came out of gateways of others', () => {
  let gateway: TestGateway;
  const keys = {
    encryption: randomBytes(32).toString('base64'),
    ofSession: canary('session'),
    misplaced: canary('misplaced') + randomBytes(16).toString('hex'),
    inAddress: canary('address'),
    ofNobody: `mk_${canary('nobody')}`,
  };
  /** What the gateway said to whoever asked. */
  const answers: string[] = [];
  beforeAll(async () => {
    gateway = await startTestGateway({ MAESTRO_ENCRYPTION_KEYS: `test=${keys.encryption}` });
    const say = async (method: string, path: string, call = {}): Promise<string> => {
      const { text } = await gateway.call(method, path, call);
      answers.push(text);
      return text;
    };
    for (const provider of ['openai', 'anthropic', 'gemini']) {
      const body = { provider, authType: 'api_key', name: 'leaky_one', credentials: { apiKey: keys.ofSession } };
      expect(await say('POST', '/api/sessions', { body })).toContain('"leaky_one"');
      // The provider knows no such key, and says so.
      await say('POST', `/api/sessions/${provider}/api_key/leaky_one/test`);
      const chat = { provider, session: 'leaky_one', model: 'sim-text', messages: [{ role: 'user', content: 'Hi' }] };
      for (const stream of [true, false]) await say('POST', '/api/chat', { body: { ...chat, stream } });
      await say('POST', '/v1/chat/completions', { body: { ...chat, model: `${provider}:leaky_one/sim-text` } });
      // A key where a name belongs, and beside the place where it belongs.
      await say('POST', '/api/sessions', { body: { ...body, name: keys.misplaced } });
      await say('POST', '/api/sessions', { body: { ...body, apiKey: keys.misplaced, credentials: keys.misplaced } });
      await say('POST', '/api/chat', { body: { ...chat, session: keys.misplaced } });
    }
    await say('GET', `/v1beta/models?key=${keys.inAddress}`, { key: null });
    await say('GET', `/api/providers?key=${keys.inAddress}`);
    // Whoever wrote an address may read it.
    await gateway.call('GET', `/nowhere/${keys.inAddress}`);
    await say('GET', '/api/sessions', { key: keys.ofNobody });
    await say('GET', '/api/sessions');
  }, 60_000);
  afterAll(() => gateway.close());

  const hidden = (): readonly string[] => [gateway.adminKey, ...Object.values(keys)];
  const shownIn = (text: string, secrets = hidden()): readonly string[] => secrets.filter((secret) => text.includes(secret));

  it('LiteLLM 11264, 7603: no key is in the log of the start or of the work, at its most talkative', () => {
    const log = gateway.log();
    expect(log).toContain('"level":"debug"');
    expect(
      shownIn(
        log,
        hidden().filter((key) => key !== keys.misplaced),
      ),
    ).toEqual([]);
  });

  it('LiteLLM 13073: a key in an address is in no log', () => {
    expect(gateway.log()).toContain('/v1beta/models');
    expect(shownIn(gateway.log(), [keys.inAddress])).toEqual([]);
  });

  it('LiteLLM 18731, 12448: no error says the key that was refused, by the provider or by us', () => {
    const problems = answers.filter((text) => text.includes('problem') || text.includes('error'));
    expect(problems.length).toBeGreaterThan(10);
    expect(shownIn(answers.join('\n'), [gateway.adminKey, keys.encryption, keys.ofSession, keys.inAddress, keys.ofNobody])).toEqual([]);
  });

  it('LiteLLM 31620: the trail names what was changed by its id, never by a key', async () => {
    const { text } = await gateway.call('GET', '/api/audit');
    const rows = await gateway.database.dataSource.query<{ row: string }[]>('select row_to_json(t)::text as row from audit_events t');
    expect(text).toContain('session.create');
    expect(shownIn(text + JSON.stringify(rows))).toEqual([]);
  });

  it('LiteLLM 2114: no key is a label of a metric or a mark of usage', async () => {
    const { text: metrics } = await gateway.call('GET', '/metrics');
    const { text: usage } = await gateway.call('GET', '/api/usage');
    expect(metrics).toContain('maestro_');
    expect(shownIn(metrics + usage)).toEqual([]);
  });
});
