import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { PendingLogin } from '../../src/contracts/login.js';
import { Secret } from '../../src/contracts/secret.js';
import { PendingLogins } from '../../src/core/login/pending-login.port.js';
import type { RunningIssuer } from '../../src/testing/issuer-simulator.js';
import { startIssuer } from '../../src/testing/issuer-simulator.js';
import { lindenSettings, loginProviders } from '../support/login-gateways.js';
import type { ToolRun, WatchedTool } from '../support/run-tool.js';
import { runTool, watchTool, workbenchOver } from '../support/run-tool.js';
import type { RunningMaestro } from '../support/start-maestro.js';
import { startMaestro } from '../support/start-maestro.js';
import { until } from '../support/until.js';

describe('maestro auth', () => {
  let issuer: RunningIssuer;
  let maestro: RunningMaestro;
  let settings: Readonly<Record<string, string>>;
  beforeAll(async () => {
    issuer = await startIssuer();
    maestro = await startMaestro({ providersFolders: [loginProviders], settings: (name) => settings[name] });
  });
  beforeEach(() => {
    settings = { ...lindenSettings(issuer), LINDEN_OAUTH_REDIRECT_URI: 'http://127.0.0.1/oauth/callback' };
  });
  afterEach(async () => {
    for (const { id } of await maestro.sessions.listByProvider('linden')) await maestro.sessions.delete({ id });
  });
  afterAll(async () => {
    await maestro.close();
    await issuer.close();
  });

  const tool = (args: string, input = ''): Promise<ToolRun> => runTool(args.split(' '), { workbench: workbenchOver(maestro), input });
  const watched = (args: string, signal?: AbortSignal): WatchedTool =>
    watchTool(args.split(' '), { workbench: workbenchOver(maestro), ...(signal !== undefined && { signal }) });
  /** What the tool tells to open. */
  const addressIn = async (running: WatchedTool): Promise<string> => {
    await until(() => /^ {2}http/m.test(running.errors()));
    return /^ {2}(http\S+)$/m.exec(running.errors())?.[1] ?? '';
  };

  it('logs in with the browser of this machine, and closes its door behind it', async () => {
    const running = watched('auth login linden work_login --json');
    const back = issuer.approve(await addressIn(running));
    expect(back).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/oauth\/callback\?/);

    const favicon = await fetch(new URL('/favicon.ico', back));
    const scanned = await fetch(`${new URL(back).origin}//`, { signal: AbortSignal.timeout(10_000) });
    const nobodys = await fetch(new URL('/oauth/callback?state=nobody&code=x', back));
    const answer = await fetch(back);

    expect([favicon.status, scanned.status, nobodys.status, answer.status]).toEqual([404, 404, 404, 200]);
    expect(answer.headers.get('content-security-policy')).toContain(`default-src 'none'`);
    const { exitCode, output } = await running.over;
    expect(exitCode).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ provider: 'linden', authType: 'oauth', name: 'work_login', status: 'active' });
    await expect(fetch(back)).rejects.toThrow();
  });

  it('ends with 64 where the person says no, and says so in the browser, too', async () => {
    const running = watched('auth login linden work_login --method browser');

    const answer = await fetch(issuer.deny(await addressIn(running)));

    expect(await answer.text()).toContain('access_denied');
    expect(await running.over).toMatchObject({ exitCode: 64, output: '' });
    expect(running.errors()).toContain('maestro: linden refused this login (access_denied); begin a new one');
  });

  it('leaves the browser to a gateway where that has the port, and notices when it is done', async () => {
    const busy = createServer();
    await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
    settings = {
      ...settings,
      LINDEN_OAUTH_REDIRECT_URI: `http://localhost:${String((busy.address() as AddressInfo).port)}/oauth/callback`,
    };
    try {
      const running = watched('auth login linden work_login');
      const back = new URL(issuer.approve(await addressIn(running)));
      // What the gateway would do, over the same data.
      const { logins } = await workbenchOver(maestro).vault();
      await logins.finish(back.search.slice(1));

      expect(await running.over).toMatchObject({ exitCode: 0, output: expect.stringContaining('work_login') });
    } finally {
      busy.close();
    }
  });

  it('tells how a login failed that a gateway finished', async () => {
    settings = { ...settings, LINDEN_OAUTH_REDIRECT_URI: 'https://gateway.example/oauth/callback' };
    const running = watched('auth login linden work_login');
    const back = new URL(issuer.deny(await addressIn(running)));
    const { logins } = await workbenchOver(maestro).vault();
    await expect(logins.finish(back.search.slice(1))).rejects.toMatchObject({ code: 'login.rejected' });

    expect(await running.over).toMatchObject({ exitCode: 64 });
  });

  it('says plainly what became of a login that another process had in hand and lost', async () => {
    settings = { ...settings, LINDEN_OAUTH_REDIRECT_URI: 'https://gateway.example/oauth/callback' };
    const running = watched('auth login linden work_login');
    const state = new URL(await addressIn(running)).searchParams.get('state') ?? '';
    const pending = maestro.application.get<PendingLogins>(PendingLogins, { strict: false });
    const taken = (await pending.takeByState(Secret.of(state))) as PendingLogin;
    await pending.finish(taken, { problem: { code: 'login.interrupted', detail: 'lost' } });

    const { exitCode, errors } = await running.over;
    expect([exitCode, errors]).toEqual([75, expect.stringContaining('look whether the session is there')]);
  });

  it('names a redirect that is no address', async () => {
    settings = { ...settings, LINDEN_OAUTH_REDIRECT_URI: 'gateway.example/oauth/callback' };
    const { exitCode, errors } = await tool('auth login linden work_login');
    expect([exitCode, errors]).toEqual([78, expect.stringContaining('LINDEN_OAUTH_REDIRECT_URI')]);
  });

  it('takes the code by hand, from standard input', async () => {
    const running = watched('auth login linden work_login --method paste');
    const back = issuer.approve(await addressIn(running));
    running.type(`${back}\n`);

    expect(await running.over).toMatchObject({ exitCode: 0, output: expect.stringContaining('work_login') });
    expect(running.errors()).not.toContain(new URL(back).searchParams.get('code'));
  });

  it('gives the login up where nothing or something wrong is typed', async () => {
    const before = issuer.calls.length;
    const { exitCode, errors } = await tool('auth login linden work_login --method paste', '\n');
    expect([exitCode, errors]).toEqual([64, expect.stringContaining('nothing was given for code or address')]);
    const wrong = await tool('auth login linden work_login --method paste', 'abc#of-another');
    expect([wrong.exitCode, wrong.errors]).toEqual([64, expect.stringContaining('state_mismatch')]);
    expect(issuer.calls.length).toBe(before);
  });

  it('logs in by device, and shows the code to type', async () => {
    const running = watched('auth login linden work_login --method device');
    await addressIn(running);
    issuer.decideDevice(/^The code is {2}(\S+)$/m.exec(running.errors())?.[1] ?? '', 'approved');

    expect(await running.over).toMatchObject({ exitCode: 0, output: expect.stringContaining('work_login') });
  });

  it('is interrupted with 130, and the login with it', async () => {
    const interruption = new AbortController();
    const running = watched('auth login linden work_login', interruption.signal);
    const back = new URL(issuer.approve(await addressIn(running)));
    interruption.abort();

    expect(await running.over).toMatchObject({ exitCode: 130 });
    const { logins } = await workbenchOver(maestro).vault();
    await expect(logins.finish(back.search.slice(1))).rejects.toMatchObject({ code: 'login.not-found' });
  });

  it('shows logins, ends them, and leaves keys alone', async () => {
    const running = watched('auth login linden work_login');
    await fetch(issuer.approve(await addressIn(running)));
    await running.over;

    expect((await tool('auth status')).output).toMatch(/^PROVIDER +NAME +STATUS.*\nlinden +work_login +active /);
    expect(JSON.parse((await tool('auth status linden --json')).output)).toMatchObject({ data: [{ name: 'work_login' }] });
    expect(await tool('auth logout linden/api_key/work_login')).toMatchObject({ exitCode: 66 });
    expect(await tool('auth logout linden/work_login')).toMatchObject({ exitCode: 0, output: 'logged out\n' });
    await until(() => issuer.families.at(-1)?.state === 'revoked');
    expect(JSON.parse((await tool('auth status --json')).output)).toEqual({ data: [] });
  });

  it('shows terms, takes no login before they are accepted, and writes down who accepted which', async () => {
    settings = { ...settings, LINDEN_OAUTH_ACCEPT_TERMS: '2025-01-01' };
    const refused = await tool('auth login linden work_login');
    expect(refused.exitCode).toBe(77);
    expect(refused.errors).toContain('`maestro auth consent linden --accept 2026-03-01`');
    expect((await tool('auth consent linden')).output).toMatch(
      /^terms +Meant for the trees.*\nwritten at +https:.*\nas of +2026-03-01\naccepted +no;/,
    );
    expect(await tool('auth consent linden --accept 2025-01-01')).toMatchObject({ exitCode: 64 });

    const accepted = await tool('auth consent linden --accept 2026-03-01 --json');

    expect(JSON.parse(accepted.output)).toMatchObject({ isAccepted: true, consent: { acceptedBy: 'local', termsDate: '2026-03-01' } });
    expect((await tool('auth consent linden')).output).toMatch(/accepted +by local, /);
    const running = watched('auth login linden work_login --method federation');
    expect((await running.over).errors).toContain('linden');
    settings = { ...settings, LINDEN_OAUTH_ACCEPT_TERMS: '2026-03-01' };
    expect((await tool('auth consent linden')).output).toMatch(/accepted +by LINDEN_OAUTH_ACCEPT_TERMS/);
  });
});
