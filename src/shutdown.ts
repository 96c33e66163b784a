import type { OnApplicationShutdown } from '@nestjs/common';
import { Inject, Injectable } from '@nestjs/common';

import type { ProviderRuntime } from './contracts/define-provider.js';
import { providerRuntime } from './contracts/define-provider.js';
import { Chat } from './core/chat/chat.js';
import { Forwarding } from './core/chat/forwarding.js';
import { ContextLog } from './core/contexts/context-log.js';
import type { CoreOptions } from './core/core-options.js';
import { coreOptions } from './core/core-options.js';
import { LoginCompletion } from './core/login/login-completion.js';
import { TokenRefresh } from './core/refresh/token-refresh.js';
import { UsageMeter } from './core/usage/usage-meter.js';

/** How one Maestro ends. */
@Injectable()
export class Shutdown implements OnApplicationShutdown {
  constructor(
    @Inject(Chat) private readonly chat: Chat,
    @Inject(ContextLog) private readonly contexts: ContextLog,
    @Inject(Forwarding) private readonly forwarding: Forwarding,
    @Inject(UsageMeter) private readonly usage: UsageMeter,
    @Inject(TokenRefresh) private readonly refresh: TokenRefresh,
    @Inject(LoginCompletion) private readonly logins: LoginCompletion,
    @Inject(providerRuntime) private readonly runtime: ProviderRuntime,
    @Inject(coreOptions) private readonly options: CoreOptions,
  ) {}

  /** Comes after the transports closed: what still runs then has nobody left to read it. */
  async onApplicationShutdown(): Promise<void> {
    this.chat.stop();
    this.forwarding.stop();
    await this.contexts.close();
    await this.usage.close();
    // A token call that is cut off here may cost a login.
    await Promise.all([this.refresh.settled(), this.logins.settled()]);
    await Promise.all([this.runtime.http.close(), this.options.ownAddressHttp.close()]);
  }
}
