import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';

import type { RunningIssuer } from '../../src/testing/issuer-simulator.js';
import { startIssuer } from '../../src/testing/issuer-simulator.js';
import { lindenSettings, loginProviders } from '../support/login-gateways.js';
import { watchTool, workbenchOver } from '../support/run-tool.js';
import type { RunningMaestro } from '../support/start-maestro.js';
import { startMaestro } from '../support/start-maestro.js';
import { until } from '../support/until.js';

/** Every other way to this machine: the rest of loopback too, which a door to everybody would answer. */
const elsewhere = [
  ...(process.platform === 'linux' ? ['127.0.0.2'] : []),
  ...Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address),
];

async function isOpen(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

describe('what went wrong with logins by way of loopback elsewhere', () => {
  let issuer: RunningIssuer;
  let maestro: RunningMaestro;
  beforeAll(async () => {
    issuer = await startIssuer();
    const settings: Readonly<Record<string, string>> = {
      ...lindenSettings(issuer),
      LINDEN_OAUTH_REDIRECT_URI: 'http://127.0.0.1/oauth/callback',
    };
    maestro = await startMaestro({ providersFolders: [loginProviders], settings: (name) => settings[name] });
  });
  afterAll(async () => {
    await maestro.close();
    await issuer.close();
  });

  it('veryfront 2321, everruns 2447, mastra 15066: the browser is waited for on 127.0.0.1 alone, and one true state is taken once', async () => {
    const running = watchTool(['auth', 'login', 'linden', 'work_login'], { workbench: workbenchOver(maestro) });
    await until(() => /^ {2}http/m.test(running.errors()));
    const back = new URL(issuer.approve(/^ {2}(http\S+)$/m.exec(running.errors())?.[1] ?? ''));
    const port = Number(back.port);

    expect(await isOpen('127.0.0.1', port)).toBe(true);
    expect(elsewhere.length).toBeGreaterThan(0);
    for (const host of elsewhere) expect([host, await isOpen(host, port)]).toEqual([host, false]);

    const code = back.searchParams.get('code') ?? '';
    const state = back.searchParams.get('state') ?? '';
    const wrong = ['', `?code=${code}`, `?code=${code}&state=`, `?code=${code}&state=${'x'.repeat(43)}`, `?code=${code}&state=${state}x`];
    for (const query of wrong) {
      const { status } = await fetch(new URL(`/oauth/callback${query}`, back));
      expect([query, status, issuer.calls.length]).toEqual([query, 404, 0]);
    }
    expect((await fetch(back)).status).toBe(200);
    expect((await running.over).exitCode).toBe(0);

    // The door is closed behind it, and what came through it once is nobody's login any more.
    expect(await isOpen('127.0.0.1', port)).toBe(false);
    expect(issuer.calls).toHaveLength(1);
  });
});
