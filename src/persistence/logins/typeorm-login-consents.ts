import type { DataSource } from 'typeorm';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { LoginConsent } from '../../contracts/login.js';
import type { ProviderId } from '../../contracts/provider-id.js';
import type { LoginConsents } from '../../core/login/login-consents.port.js';
import { appendEvents } from '../audit/append-events.js';
import type { KeyedMac } from '../encryption/key-ring.js';
import { run, transaction } from '../statements.js';
import type { ConsentRow } from './login-statements.js';
import * as statements from './login-statements.js';

/** Accepted terms in PostgreSQL. */
export class TypeOrmLoginConsents implements LoginConsents {
  /** @param keys vouch for the trail */
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: KeyedMac,
  ) {}

  async find(provider: ProviderId, termsDate: string): Promise<LoginConsent | undefined> {
    const [row] = await run<ConsentRow>(this.dataSource, statements.findConsent, [provider, termsDate]);
    return row && { ...row, provider };
  }

  async record(provider: ProviderId, termsDate: string, acceptedBy: string): Promise<LoginConsent> {
    await transaction(this.dataSource, async (connection) => {
      const [row] = await connection.run<ConsentRow>(statements.recordConsent, [provider, termsDate, acceptedBy]);
      if (row === undefined) return;
      await appendEvents(connection, this.keys, [{ actor: acceptedBy, action: 'login.consent', target: provider, detail: termsDate }]);
    });
    const kept = await this.find(provider, termsDate);
    if (kept === undefined) throw new MaestroError('internal', {});
    return kept;
  }
}
