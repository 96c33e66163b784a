import { Inject, Injectable } from '@nestjs/common';

import type { OAuthCredentials } from '../../contracts/credentials.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { PendingLogin } from '../../contracts/login.js';
import { Secret } from '../../contracts/secret.js';
import type { AuthorizationChallenge } from '../../contracts/tokens.js';
import { LoginCompletion } from './login-completion.js';
import { LoginKeeping } from './login-keeping.js';
import { PendingLogins } from './pending-login.port.js';

/** Seconds. RFC 8628, section 3.5. */
const defaultInterval = 5;
const slowDown = 5;

/** Seconds; no login lives longer than that. */
const longestInterval = 600;

/** Longer than an exchange may take: whoever polls does so alone, and a poll that died is taken over. */
const claim = 40;

/** Whole seconds between two polls, whatever a provider told. */
export function pollInterval({ pollIntervalSeconds = defaultInterval }: Pick<AuthorizationChallenge, 'pollIntervalSeconds'>): number {
  const seconds = Math.ceil(pollIntervalSeconds);
  return seconds > 0 ? Math.min(seconds, longestInterval) : defaultInterval;
}

/** Asks issuers whether a device login was approved: on all replicas together, never more often than the issuer wants. */
@Injectable()
export class DevicePolls {
  constructor(
    @Inject(PendingLogins) private readonly pending: PendingLogins,
    @Inject(LoginCompletion) private readonly completion: LoginCompletion,
    @Inject(LoginKeeping) private readonly keeping: LoginKeeping,
  ) {}

  /** True where the login is pending no more. Failures end it, and are told to whoever looks at it. */
  poll(login: PendingLogin): Promise<boolean> {
    return this.completion.undisturbed(() => this.polled(login));
  }

  private async polled(login: PendingLogin): Promise<boolean> {
    const interval = pollInterval(login);
    if (!(await this.pending.claimPoll(login.id, Math.max(claim, interval)))) return false;
    let credentials: OAuthCredentials;
    try {
      credentials = await this.completion.trade(login, () => Secret.of(''));
    } catch (error) {
      return this.refused(login, MaestroError.from(error));
    }
    await this.granted(login, credentials);
    return true;
  }

  private async refused(login: PendingLogin, error: MaestroError): Promise<boolean> {
    if (error.code === 'login.pending' || error.isRetryable) {
      await this.pending.pollLater(login.id, nextInterval(pollInterval(login), error));
      return false;
    }
    const taken = await this.pending.take(login.id, login.callerId);
    if (taken !== undefined) await this.completion.fail(taken, error);
    return true;
  }

  private async granted(login: PendingLogin, credentials: OAuthCredentials): Promise<void> {
    const taken = await this.keeping.patiently(login, () => this.pending.take(login.id, login.callerId));
    if (taken === undefined) {
      // Cancelled meanwhile.
      await this.keeping.takeBack(login, credentials);
      return;
    }
    // How it went is what the login tells from now on.
    await this.completion.settleTraded(taken, credentials).catch(() => undefined);
  }
}

function nextInterval(interval: number, { code, upstream, retryAfterMs = 0 }: MaestroError): number {
  const isTooOften = code !== 'login.pending' || upstream?.code === 'slow_down';
  return Math.min(Math.max(isTooOften ? interval + slowDown : interval, Math.ceil(retryAfterMs / 1_000)), longestInterval);
}
