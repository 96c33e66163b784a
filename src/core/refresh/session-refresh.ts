import { Inject, Injectable } from '@nestjs/common';

import type { Caller } from '../../contracts/caller.js';
import { Clock } from '../../contracts/clock.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Session, SessionAddress, SessionRecord } from '../../contracts/session.js';
import type { RefreshedTokens } from '../../contracts/tokens.js';
import { ProviderRegistry } from '../registry/provider-registry.js';
import { SecretKeeper } from '../sessions/secret-keeper.js';
import { SessionFinder } from '../sessions/session-finder.js';
import { sessionFromRecord } from '../sessions/session-lifecycle.js';
import type { WaitOptions } from './token-refresh.js';
import { TokenRefresh } from './token-refresh.js';

/** A refresh because somebody wants one: past every pause, through the same lease as all others. */
@Injectable()
export class SessionRefresh {
  constructor(
    @Inject(SessionFinder) private readonly finder: SessionFinder,
    @Inject(TokenRefresh) private readonly refresh: TokenRefresh,
    @Inject(SecretKeeper) private readonly keeper: SecretKeeper,
    @Inject(ProviderRegistry) private readonly registry: ProviderRegistry,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @throws MaestroError `operation.unsupported` (a key, or a login without a refresh token) and what `ensureFresh` throws */
  async session(caller: Caller, address: SessionAddress, options: WaitOptions = {}): Promise<Session> {
    const record = await this.refreshed(caller, address, options);
    return sessionFromRecord(record, this.clock.now(), this.keeper.keyIds);
  }

  /** @throws MaestroError as `session` */
  async tokens(caller: Caller, address: SessionAddress, options: WaitOptions = {}): Promise<RefreshedTokens> {
    const record = await this.refreshed(caller, address, options);
    const credentials = await this.keeper.open(record);
    if (credentials.authType !== 'oauth') throw unsupported(record);
    const { accessToken, refreshToken } = credentials;
    const { expiresAt } = record;
    return { accessToken, ...(refreshToken !== undefined && { refreshToken }), ...(expiresAt !== undefined && { expiresAt }) };
  }

  private async refreshed(caller: Caller, address: SessionAddress, options: WaitOptions): Promise<SessionRecord> {
    const record = await this.finder.find(caller, 'sessions:write', address);
    if (record.authType !== 'oauth') throw unsupported(record);
    this.registry.resolve(record.provider, 'oauth');
    return this.refresh.ensureFresh(record, 'manual', options);
  }
}

function unsupported({ provider }: SessionRecord): MaestroError {
  return new MaestroError('operation.unsupported', { provider, operation: 'refreshing an API key' });
}
