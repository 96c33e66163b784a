import { Inject, Injectable } from '@nestjs/common';

import { Clock } from '../../contracts/clock.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { CallOptions } from '../../contracts/provider-client.js';
import type { Session, SessionId, SessionRecord } from '../../contracts/session.js';
import { ProviderRegistry } from '../registry/provider-registry.js';
import { SecretKeeper } from './secret-keeper.js';
import type { SessionAdvice } from './session-advice.js';
import { adviceFor } from './session-advice.js';
import { sessionFromRecord } from './session-lifecycle.js';
import { SessionStore } from './session-store.port.js';

export interface ExaminedSession {
  /** With what to do about it, where anything is. */
  readonly session: Session;
  /** Its secret was opened, and thrown away again. */
  readonly isReadable: boolean;
  readonly needsPerson: boolean;
}

/** Rows that are read at a time. */
const pageSize = 200;

/** Looks at every session as a doctor does: opens each secret, asks no provider, changes nothing. For operators. */
@Injectable()
export class SessionCheckup {
  constructor(
    @Inject(SessionStore) private readonly store: SessionStore,
    @Inject(SecretKeeper) private readonly keeper: SecretKeeper,
    @Inject(ProviderRegistry) private readonly registry: ProviderRegistry,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** In the order of their ids. @throws MaestroError `request.cancelled`, `database.*` */
  async *examine({ signal }: CallOptions): AsyncGenerator<ExaminedSession> {
    for (let after: SessionId | undefined; ;) {
      const { data } = await this.store.list({ limit: pageSize, ...(after !== undefined && { after }) });
      for (const record of data) {
        if (signal.aborted) throw new MaestroError('request.cancelled', {});
        yield await this.examined(record);
      }
      after = data.at(-1)?.id;
      if (after === undefined || data.length < pageSize) return;
    }
  }

  private async examined(record: SessionRecord): Promise<ExaminedSession> {
    const now = this.clock.now();
    const isReadable = await this.opens(record);
    const { nextStep: _step, ...told } = sessionFromRecord(record, now, this.keeper.keyIds);
    const session: Session = isReadable ? told : { ...told, status: 'unreadable' };
    const isServed = this.registry.listProviders().includes(record.provider);
    const advice = isServed ? adviceFor(session, now) : unserved(session);
    return advice === undefined
      ? { session, isReadable, needsPerson: false }
      : { session: { ...session, nextStep: advice.text }, isReadable, needsPerson: advice.needsPerson };
  }

  private async opens(record: SessionRecord): Promise<boolean> {
    try {
      await this.keeper.open(record);
      return true;
    } catch (error) {
      if (MaestroError.is(error) && error.code === 'session.unreadable') return false;
      throw error;
    }
  }
}

function unserved({ provider }: Session): SessionAdvice {
  return { text: `its provider ${provider} is not served here; \`maestro providers check\` says why`, needsPerson: true };
}
