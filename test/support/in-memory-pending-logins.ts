import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import type { FinishedLogin, LoginConsent, PendingLogin } from '../../src/contracts/login.js';
import type { ProviderId } from '../../src/contracts/provider-id.js';
import type { Secret } from '../../src/contracts/secret.js';
import type { LoginConsents } from '../../src/core/login/login-consents.port.js';
import type { LoginEnding, NewPendingLogin, PendingLogins } from '../../src/core/login/pending-login.port.js';
import type { InMemorySessionStore } from './in-memory-session-store.js';

interface Row extends PendingLogin {
  readonly state?: string;
}

/** Pending logins in memory; time stands still but for polls, which may always be made. */
export class InMemoryPendingLogins implements PendingLogins {
  readonly rows = new Map<string, Row>();
  readonly finished = new Map<string, FinishedLogin>();
  readonly claims: number[] = [];
  readonly polls: { readonly id: string; readonly intervalSeconds: number }[] = [];

  constructor(private readonly store: InMemorySessionStore) {}

  async admit({ provider, name, callerId, sessionId }: Parameters<PendingLogins['admit']>[0], mostPerCaller: number): Promise<void> {
    const namesake = [...this.store.rows.values()].find(
      (row) => row.provider === provider && row.authType === 'oauth' && row.name.toLowerCase() === name.toLowerCase(),
    );
    if (namesake !== undefined && namesake.id !== sessionId)
      throw new MaestroError('session.name-taken', { provider, authType: 'oauth', name });
    if ([...this.rows.values()].filter((row) => row.callerId === callerId).length >= mostPerCaller) {
      throw new MaestroError('login.too-many', { most: mostPerCaller });
    }
  }

  async add({ state, lifeSeconds, ...login }: NewPendingLogin): Promise<Date> {
    const expiresAt = new Date(Date.now() + lifeSeconds * 1_000);
    this.rows.set(login.id, { ...login, expiresAt, ...(state !== undefined && { state: state.reveal() }) });
    return expiresAt;
  }

  async find(id: string, callerId: string): Promise<PendingLogin | FinishedLogin | undefined> {
    return [this.rows.get(id), this.finished.get(id)].find((row) => row?.callerId === callerId);
  }

  async take(id: string, callerId: string): Promise<PendingLogin | undefined> {
    const row = this.rows.get(id);
    if (row?.callerId !== callerId) return undefined;
    return this.taken(row);
  }

  async takeByState(state: Secret): Promise<PendingLogin | undefined> {
    const row = [...this.rows.values()].find((each) => each.state === state.reveal());
    return row && this.taken(row);
  }

  async finish({ id, callerId }: PendingLogin, ending: LoginEnding): Promise<void> {
    const row = this.finished.get(id);
    const isDone = 'sessionId' in ending;
    if (row !== undefined) this.finished.set(id, { ...row, ...ending, status: isDone ? 'done' : 'failed' });
    this.store.audit.write({ actor: callerId, action: 'login.complete', target: id, outcome: isDone ? 'done' : 'failed' });
  }

  async claimPoll(id: string, seconds: number): Promise<boolean> {
    this.claims.push(seconds);
    return this.rows.has(id);
  }

  async pollLater(id: string, intervalSeconds: number): Promise<void> {
    this.polls.push({ id, intervalSeconds });
    const row = this.rows.get(id);
    if (row !== undefined) this.rows.set(id, { ...row, pollIntervalSeconds: intervalSeconds });
  }

  async cancel(id: string, callerId: string): Promise<boolean> {
    return this.rows.get(id)?.callerId === callerId && this.rows.delete(id);
  }

  async purge(): Promise<number> {
    return 0;
  }

  private taken({ state: _state, ...row }: Row): PendingLogin {
    this.rows.delete(row.id);
    const { secret: _secret, sessionId: _session, pollIntervalSeconds: _interval, ...left } = row;
    this.finished.set(row.id, { ...left, status: 'finishing' });
    return row;
  }
}

export class InMemoryLoginConsents implements LoginConsents {
  private readonly consents = new Map<string, LoginConsent>();

  constructor(private readonly store: InMemorySessionStore) {}

  async find(provider: ProviderId, termsDate: string): Promise<LoginConsent | undefined> {
    return this.consents.get(`${provider} ${termsDate}`);
  }

  async record(provider: ProviderId, termsDate: string, acceptedBy: string): Promise<LoginConsent> {
    const consent = (await this.find(provider, termsDate)) ?? { provider, termsDate, acceptedBy, acceptedAt: new Date() };
    this.consents.set(`${provider} ${termsDate}`, consent);
    this.store.audit.write({ actor: acceptedBy, action: 'login.consent', target: provider, detail: termsDate });
    return consent;
  }
}
