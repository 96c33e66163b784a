import { setTimeout as pause } from 'node:timers/promises';

import { Injectable } from '@nestjs/common';
import { Help, Option, SubCommand } from 'nest-commander';

import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import type { Login } from '../../../contracts/login.js';
import type { SessionId } from '../../../contracts/session.js';
import type { CommonOptions } from '../admin-command.js';
import { AdminCommand } from '../admin-command.js';
import type { Loopback } from '../loopback.js';
import { openLoopback } from '../loopback.js';
import { printable } from '../printable.js';
import { readSecret } from '../read-secret.js';
import type { Vault } from '../workbench.js';
import { shownSession } from './session-output.js';

interface LoginOptions extends CommonOptions {
  readonly method?: string;
}

interface Attempt {
  readonly vault: Vault;
  readonly provider: string;
  readonly name: string;
  readonly method?: string;
}

/** Milliseconds between two looks at a login that is finished elsewhere. */
const pollMs = 250;

@SubCommand({
  name: 'login',
  description: 'log in with a provider and keep the login under a name; a session of that name logs in again',
  arguments: '<provider> <name>',
  argsDescription: { provider: "the provider's id", name: '3 to 50 of A-Z a-z 0-9 _ -' },
})
@Injectable()
export class LoginCommand extends AdminCommand {
  async run([provider = '', name = '']: readonly string[], { method, ...options }: LoginOptions): Promise<void> {
    const vault = await this.workbench.vault();
    const attempt = { vault, provider, name, ...(method !== undefined && { method }) };
    const id = await (method === undefined || method === 'browser' ? this.withBrowser(attempt) : this.without(attempt));
    const { value, text } = shownSession(await vault.sessions.get({ id }));
    this.print(options, value, text);
  }

  @Option({ flags: '--method <method>', description: 'browser, paste, device or federation (default: what the provider has first)' })
  readMethod(text: string): string {
    return text;
  }

  @Help('after')
  examples(): string {
    return `
The address to open is printed on standard error. On a server without a browser, open it elsewhere and use --method paste:
the code, or the whole address that the browser ends at, is asked for without being shown, or read from standard input.

  maestro auth login acme work_login
  maestro auth login acme work_login --method device`;
  }

  private async withBrowser(attempt: Attempt): Promise<SessionId> {
    const { logins } = attempt.vault;
    const configured = logins.configuredRedirect(attempt.provider);
    const loopback = await openLoopback({ finish: (query) => logins.finish(query), ...(configured !== undefined && { configured }) });
    try {
      return await this.begun(attempt, loopback);
    } finally {
      loopback?.close();
    }
  }

  private without(attempt: Attempt): Promise<SessionId> {
    return this.begun(attempt, undefined);
  }

  private async begun({ vault: { logins }, ...wanted }: Attempt, loopback: Loopback | undefined): Promise<SessionId> {
    const { signal } = this.terminal;
    const redirectUri = loopback?.redirectUri;
    const login = await logins.begin({ ...wanted, signal, ...(redirectUri !== undefined && { redirectUri }) });
    try {
      this.tell(login);
      if (login.method !== 'paste') return await this.finishedElsewhere(login, logins, loopback);
      const { id } = await logins.complete(login.id, await readSecret(this.terminal, 'code or address'));
      return id;
    } catch (error) {
      // Nobody else waits for it; what is over already cannot be given up.
      await logins.cancel(login.id).catch(() => undefined);
      throw error;
    }
  }

  private tell({ authorizationUrl, userCode }: Login): void {
    if (authorizationUrl === undefined) return;
    const { errors } = this.terminal;
    errors.write(`Open this address in a browser, and log in there:\n\n  ${printable(authorizationUrl)}\n\n`);
    if (userCode !== undefined) errors.write(`The code is  ${printable(userCode)}\n\n`);
  }

  private async finishedElsewhere({ id }: Login, logins: Vault['logins'], loopback: Loopback | undefined): Promise<SessionId> {
    for (;;) {
      const { status, sessionId, problem, provider } = await logins.get(id);
      if (status === 'done' && sessionId !== undefined) return sessionId;
      if (status === 'failed') throw loopback?.failure() ?? failureFrom(provider, problem?.code);
      await this.somethingNew(loopback);
    }
  }

  private async somethingNew(loopback: Loopback | undefined): Promise<void> {
    const over = new AbortController();
    const signal = AbortSignal.any([this.terminal.signal, over.signal]);
    try {
      await Promise.race([pause(pollMs, undefined, { signal }), ...(loopback === undefined ? [] : [loopback.answered(signal)])]);
    } catch (cause) {
      throw new MaestroError('request.cancelled', {}, { cause });
    } finally {
      over.abort();
    }
  }
}

/** How a login failed that another process finished. */
function failureFrom(provider: string, code = 'unknown'): MaestroError {
  if (code === 'login.interrupted') return new MaestroError(code, {});
  return new MaestroError('login.rejected', { provider, reason: code });
}
