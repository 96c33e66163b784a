import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { Browser } from './browser.js';

export interface OidcServerOptions {
  readonly clientId?: string;
  /** Absent: a public client. */
  readonly clientSecret?: string;
  readonly redirectUris?: readonly string[];
  readonly accessTokenSeconds?: number;
}

/** A certified server: PKCE is a must, refresh tokens rotate, and a used one that comes again ends the whole grant. */
export interface OidcServer {
  readonly issuer: string;
  readonly clientId: string;
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly deviceUrl: string;
  readonly revokeUrl: string;
  readonly userInfoUrl: string;
  /** `success <grant type>`, `error <grant type> <word>`, `revoked`, in their order. */
  readonly events: readonly string[];
  /** As a person who logs in and agrees: where the browser is sent at the end. */
  approve(authUrl: string): Promise<string>;
  /** As a person who logs in and goes away again at the question. */
  deny(authUrl: string): Promise<string>;
  /** As a person who types a device's code. */
  approveDevice(authUrl: string): Promise<void>;
  denyDevice(authUrl: string): Promise<void>;
  stop(): Promise<void>;
}

export const oidcRedirectUri = 'http://127.0.0.1/oauth/callback';

const root = process.cwd();

export async function startOidcServer(options: OidcServerOptions = {}): Promise<OidcServer> {
  const { clientId = 'maestro-test', redirectUris = [oidcRedirectUri], accessTokenSeconds = 3600 } = options;
  const settings = JSON.stringify({ ...options, clientId, redirectUris, accessTokenSeconds });
  const child = spawn(process.execPath, [join(root, 'test/support/oidc-process.mjs'), settings], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '' },
  });
  // Warnings about being for tests only; of use where it never starts.
  const errors: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const lines = createInterface({ input: child.stdout });
  const events: string[] = [];
  const [issuer] = await Promise.race([
    once(lines, 'line').then(([line]) => [String(line)] as const),
    once(child, 'exit').then(() => {
      throw new Error(errors.join(''));
    }),
  ]);
  lines.on('line', (line) => events.push(line));
  return {
    issuer,
    clientId,
    authorizeUrl: `${issuer}/auth`,
    tokenUrl: `${issuer}/token`,
    deviceUrl: `${issuer}/device/auth`,
    revokeUrl: `${issuer}/token/revocation`,
    userInfoUrl: `${issuer}/me`,
    events,
    approve: (authUrl) => approve(new Browser(issuer), authUrl),
    deny: (authUrl) => deny(new Browser(issuer), authUrl),
    approveDevice: (authUrl) => approveDevice(new Browser(issuer), authUrl),
    denyDevice: (authUrl) => denyDevice(new Browser(issuer), authUrl),
    async stop() {
      child.stdin.end();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

async function approve(browser: Browser, authUrl: string): Promise<string> {
  const question = await browser.submit(await browser.open(authUrl), { login: 'somebody', password: 'anything' });
  return leftFor(await browser.submit(question));
}

async function deny(browser: Browser, authUrl: string): Promise<string> {
  const login = await browser.open(authUrl);
  const abort = /href="([^"]*\/abort)"/.exec(login.text)?.[1];
  if (abort === undefined) throw new Error('the page has no way out');
  return leftFor(await browser.open(abort));
}

async function approveDevice(browser: Browser, authUrl: string): Promise<void> {
  const confirmation = await browser.submit(await browser.open(authUrl));
  const login = await browser.submit(confirmation);
  const question = await browser.submit(login, { login: 'somebody', password: 'anything' });
  const last = await browser.submit(question);
  if (!last.text.includes('Sign-in Success')) throw new Error(`the device was not approved: ${String(last.status)}`);
}

async function denyDevice(browser: Browser, authUrl: string): Promise<void> {
  const confirmation = await browser.submit(await browser.open(authUrl));
  await browser.submit(confirmation, { abort: 'yes' });
}

function leftFor({ next, address, status }: { readonly next?: string; readonly address: string; readonly status: number }): string {
  if (next === undefined) throw new Error(`the browser stayed at ${address}: ${String(status)}`);
  return next;
}
