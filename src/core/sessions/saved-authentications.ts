import { Inject, Injectable } from '@nestjs/common';

import { AuthType } from '../../contracts/auth-type.js';
import type { Credentials } from '../../contracts/credentials.js';
import { defaultSessionName } from '../../contracts/default-session-name.js';
import type { Session } from '../../contracts/session.js';
import { Sessions } from './sessions.js';

/** What the one session of a pair was given. */
export interface SavedAuthenticationValues {
  readonly credentials: Credentials;
}

/**
 * For code from the time when a provider and auth type had one session. It is the session `default_<provider>_<authType>` now,
 * and one among many. Acts for the application itself.
 *
 * @deprecated Name the session you mean: `Sessions`.
 */
@Injectable()
export class SavedAuthentications {
  constructor(@Inject(Sessions) private readonly sessions: Sessions) {}

  /** @deprecated Use `Sessions.getNamedSession(provider, authType, name)`. */
  async getByProvider(provider: string, authType: string): Promise<Session | undefined> {
    return this.sessions.getNamedSession(provider, authType, nameFor(provider, authType));
  }

  /** @deprecated Use `Sessions.upsert(provider, authType, name, credentials)`. @throws MaestroError as `Sessions.create` */
  async upsert(provider: string, authType: string, { credentials }: SavedAuthenticationValues): Promise<Session> {
    return this.sessions.upsert(provider, authType, nameFor(provider, authType), credentials);
  }

  /** @deprecated Use `Sessions.deleteNamedSession(provider, authType, name)`. @throws MaestroError `session.not-found` */
  async delete(provider: string, authType: string): Promise<void> {
    return this.sessions.deleteNamedSession(provider, authType, nameFor(provider, authType));
  }
}

/** @throws MaestroError `auth-type.unknown` */
function nameFor(provider: string, authType: string): string {
  return defaultSessionName(provider, AuthType.parse(authType));
}
