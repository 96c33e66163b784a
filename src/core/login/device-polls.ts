import { Inject, Injectable } from '@nestjs/common';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { PendingLogin } from '../../contracts/login.js';
import { Secret } from '../../contracts/secret.js';
import type { OAuthCredentials } from '../../contracts/credentials.js';
import { LoginCompletion } from './login-completion.js';
import { PendingLogins } from './pending-login.port.js';

/** Seconds. RFC 8628, section 3.5. */
const defaultInterval = 5;
const slowDown = 5;

/** Longer than an exchange may take: whoever polls does so alone, and a poll that died is taken over. */
const claim = 40;

/** Asks issuers whether a device login was approved: on all replicas together, never more often than the issuer wants. */
@Injectable()
export class DevicePolls {
  constructor(
    @Inject(PendingLogins) private readonly pending: PendingLogins,
    @Inject(LoginCompletion) private readonly completion: LoginCompletion,
  ) {}

  /** True where the login is pending no more. Failures end it, and are told to whoever looks at it. */
  async poll(login: PendingLogin): Promise<boolean> {
    if (!(await this.pending.claimPoll(login.id, claim))) return false;
    let credentials: OAuthCredentials;
    try {
      credentials = await this.completion.trade(login, Secret.of(''));
    } catch (error) {
      return this.refused(login, MaestroError.from(error));
    }
    await this.granted(login, credentials);
    return true;
  }

  private async refused(login: PendingLogin, error: MaestroError): Promise<boolean> {
    const interval = login.pollIntervalSeconds ?? defaultInterval;
    if (error.code === 'login.pending' || error.isRetryable) {
      const isTooOften = error.code !== 'login.pending' || error.upstream?.code === 'slow_down';
      await this.pending.pollLater(login.id, isTooOften ? interval + slowDown : interval);
      return false;
    }
    const taken = await this.pending.take(login.id, login.callerId);
    if (taken !== undefined) await this.completion.fail(taken, error);
    return true;
  }

  private async granted(login: PendingLogin, credentials: OAuthCredentials): Promise<void> {
    const taken = await this.pending.take(login.id, login.callerId);
    if (taken === undefined) {
      // Cancelled meanwhile.
      await this.completion.takeBack(login, credentials);
      return;
    }
    // How it went is what the login tells from now on.
    await this.completion.settleTraded(taken, credentials).catch(() => undefined);
  }
}
