import { Callers } from '../../src/core/access/callers.js';
import { callerKeyFromText } from '../../src/core/access/caller-key.js';
import { anApiKey } from '../support/a-session.js';
import { runTool, workbenchOver } from '../support/run-tool.js';
import type { RunningMaestro } from '../support/start-maestro.js';
import { startMaestro } from '../support/start-maestro.js';
import { wholeProvider } from '../support/whole-provider.js';

describe('maestro callers', () => {
  let maestro: RunningMaestro;
  let sessionId: string;
  const tool = (...args: readonly string[]): ReturnType<typeof runTool> =>
    runTool(['callers', ...args], { workbench: workbenchOver(maestro) });
  const told = async (...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> => {
    const { output } = await tool(...args, '--json');
    return JSON.parse(output) as Readonly<Record<string, unknown>>;
  };

  beforeEach(async () => {
    maestro = await startMaestro({ providers: [wholeProvider()] });
    ({ id: sessionId } = await maestro.maestro.createSession('whole', 'api_key', { name: 'work', credentials: anApiKey() }));
  });
  afterEach(() => maestro.close());

  it('prints a new key on standard output, once, and that it is not shown again beside it', async () => {
    const { output, errors, exitCode } = await tool('create', 'team', '--scopes', 'chat, usage:read');
    const key = /^key {2}(mk_\S+)$/m.exec(output)?.[1] ?? '';

    expect([exitCode, errors]).toEqual([0, 'this key is not shown again\n']);
    expect(callerKeyFromText(key)).toBeDefined();
    expect((await tool('show', 'team')).output).toMatch(/^name +team\nscopes +chat, usage:read$/m);
    expect((await tool('show', 'team')).output).not.toContain(key.slice(36, 79));
  });

  it('takes an end and limits', async () => {
    const limits = ['--expires-at', '2099-01-01T00:00:00Z', '--streams', '2', '--requests-per-minute', '60'];
    expect(await told('create', 'team', ...limits)).toMatchObject({
      ...{ name: 'team', expiresAt: '2099-01-01T00:00:00.000Z', limits: { streams: 2, requestsPerMinute: 60 } },
      key: expect.stringMatching(/^mk_/) as string,
    });
    expect(await tool('create', 'team')).toMatchObject({ exitCode: 65 });
    expect(await tool('create', 'other', '--expires-at', 'tomorrow')).toMatchObject({ exitCode: 64 });
    expect(await tool('create', 'other', '--scopes', 'everything')).toMatchObject({ exitCode: 64 });
  });

  it('grants, explains, takes back and revokes', async () => {
    const { id } = await told('create', 'team');
    expect((await tool('why', 'team', 'whole/work')).output).toMatch(/^allowed {2}no\nwhy +not-granted\nscope +chat\n/);

    const granted = await tool('grant', 'team', 'whole/wo*');
    const { grants } = await told('show', 'team');
    const grant = (grants as readonly { readonly id: string }[])[0]?.id ?? '';

    expect(granted.output).toBe('granted whole/*/wo*\n');
    expect(await told('grant', 'team', 'whole/*/wo*')).toEqual({ id: grant, provider: 'whole', name: 'wo*' });
    expect((await tool('why', 'team', sessionId)).output).toContain(`by grant  ${grant}  whole/*/wo*\n`);
    expect(await told('why', 'team', sessionId, '--scope', 'admin')).toMatchObject({
      callerId: id,
      isAllowed: false,
      reason: 'scope-missing',
    });
    expect((await tool('default', 'team', 'whole', 'work')).output).toMatch(new RegExp(`^default +whole: ${sessionId}$`, 'm'));
    expect(await told('default', 'team', 'whole')).toMatchObject({ defaults: {} });
    expect((await tool('ungrant', 'team', grant)).output).toBe(`took back ${grant}\n`);
    expect(await tool('ungrant', 'team', grant)).toMatchObject({ exitCode: 66 });
    expect((await tool('revoke', 'team')).output).toBe('revoked team\n');
    expect((await tool('list')).output).toMatch(
      new RegExp(`^ID +NAME +SCOPES +GRANTS +EXPIRES +LAST USED\n${String(id)} +team +chat +0 +revoked +-\n$`),
    );
  });

  it('lists page by page', async () => {
    for (const name of ['one_1', 'two_2']) await tool('create', name);
    const [, cursor = ''] = /\nmore: --cursor (\S+)\n$/.exec((await tool('list', '--limit', '1')).output) ?? [];
    expect(await told('list', '--cursor', cursor)).toEqual({ data: [expect.objectContaining({ scopes: ['chat'] })] });
  });

  it.each([
    ['grant', 'team', 'whole'],
    ['grant', 'team', 'whole/api_key/work/more'],
    ['why', 'team', 'whole/work', '--scope', 'all'],
  ])('ends with 64 for %s %s %s', async (...args) => {
    await tool('create', 'team');
    expect(await tool(...args)).toMatchObject({ exitCode: 64 });
  });

  it('shows the session of a grant that came with it', async () => {
    const { account } = await maestro.application.get(Callers, { strict: false }).create({ name: 'maker', scopes: ['sessions:write'] });
    const made = { name: 'mine', credentials: anApiKey('another-key-0123456789') };
    const { id } = await maestro.maestro.for(account).createSession('whole', 'api_key', made);
    expect((await tool('show', 'maker')).output).toContain(`whole/api_key/mine (session ${id})`);
  });
});
