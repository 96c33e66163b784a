import { Inject, Injectable } from '@nestjs/common';

import type { Caller } from '../../contracts/caller.js';
import { Clock } from '../../contracts/clock.js';
import type { Credentials, OAuthCredentials } from '../../contracts/credentials.js';
import { credentialsFromText, textFromCredentials } from '../../contracts/credentials.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Secret } from '../../contracts/secret.js';
import type { SealedSecret, SessionId, SessionRecord } from '../../contracts/session.js';
import { mayUse } from '../access/may-use.js';
import { nextRefreshAt } from '../refresh/refresh-schedule.js';
import { ProviderRegistry } from '../registry/provider-registry.js';
import type { FingerprintOwner } from './fingerprints.port.js';
import { Fingerprints } from './fingerprints.port.js';
import type { SecretOwner } from './sealing.js';
import { openCredentials, sealCredentials } from './sealing.js';
import type { SealContext } from './secret-box.port.js';
import { SecretBox } from './secret-box.port.js';
import { SessionStore } from './session-store.port.js';

/** All that is stored of credentials. */
export interface KeptSecret {
  readonly secret: SealedSecret;
  readonly fingerprint: string;
  readonly secretHint?: string;
  readonly expiresAt?: Date;
  /** Of a login that can be refreshed. */
  readonly nextRefreshAt?: Date;
}

/** Seals and opens credentials, and knows which sessions hold the same ones. */
@Injectable()
export class SecretKeeper {
  constructor(
    @Inject(SecretBox) private readonly box: SecretBox,
    @Inject(Fingerprints) private readonly fingerprints: Fingerprints,
    @Inject(SessionStore) private readonly store: SessionStore,
    @Inject(ProviderRegistry) private readonly registry: ProviderRegistry,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** What is sealed with another key is unreadable. */
  get keyIds(): readonly string[] {
    return this.box.keyIds;
  }

  async seal(credentials: Credentials, owner: SecretOwner): Promise<KeptSecret> {
    const fingerprint = await this.fingerprintOfSecret(essenceOf(credentials), owner);
    const secretHint = credentials.authType === 'api_key' ? credentials.apiKey.hint : undefined;
    const expiresAt = credentials.authType === 'oauth' ? credentials.expiresAt : undefined;
    return {
      secret: await sealCredentials(this.box, credentials, owner),
      fingerprint,
      ...(secretHint !== undefined && { secretHint }),
      ...(expiresAt !== undefined && { expiresAt }),
      ...(credentials.authType === 'oauth' && this.refreshOf(credentials, owner)),
    };
  }

  /** For a table beside the vault's. */
  sealAs(credentials: Credentials, context: SealContext): Promise<SealedSecret> {
    return this.box.seal(textFromCredentials(credentials), context);
  }

  /** What `sealAs` has sealed. @throws MaestroError `secret.unreadable` */
  async openAs(secret: SealedSecret, context: SealContext): Promise<Credentials> {
    const credentials = credentialsFromText(await this.box.open(secret, context));
    if (credentials === undefined) throw new MaestroError('secret.unreadable', {});
    return credentials;
  }

  /** @throws MaestroError `session.unreadable` */
  open(record: SessionRecord): Promise<Credentials> {
    return openCredentials(this.box, record);
  }

  /** Under today's primary key. @throws MaestroError `session.unreadable` */
  async fingerprintOf(record: SessionRecord): Promise<string> {
    return this.fingerprintOfSecret(essenceOf(await this.open(record)), record);
  }

  /** Of one secret as it is, under today's primary key. */
  async fingerprintOfSecret(secret: Secret, owner: FingerprintOwner): Promise<string> {
    const [fingerprint] = await this.fingerprints.of(secret, owner);
    return fingerprint;
  }

  get fingerprintPrefix(): string {
    return this.fingerprints.prefix;
  }

  /** Other sessions with these credentials. */
  async holdersOf(
    credentials: Credentials,
    { id, provider, authType }: Omit<SecretOwner, 'secretVersion'>,
  ): Promise<readonly SessionRecord[]> {
    const fingerprints = await this.fingerprints.of(essenceOf(credentials), { provider, authType });
    const holders = await this.store.findByFingerprint(fingerprints);
    return holders.filter((holder) => holder.id !== id);
  }

  /** The same, as far as the caller may know of them. */
  async duplicatesFor(caller: Caller, credentials: Credentials, owner: SecretOwner): Promise<readonly SessionId[]> {
    const holders = await this.holdersOf(credentials, owner);
    return holders.filter((holder) => mayUse(caller, 'sessions:read', holder)).map(({ id }) => id);
  }

  private refreshOf(
    { refreshToken, expiresAt }: OAuthCredentials,
    { id: sessionId, provider }: SecretOwner,
  ): Pick<KeptSecret, 'nextRefreshAt'> {
    if (refreshToken === undefined) return {};
    const { refreshIdleDays: idle } = (this.registry.serves(provider) ? this.registry.manifestOf(provider).login : undefined) ?? {};
    const times = { ...(expiresAt !== undefined && { expiresAt }), ...(idle !== undefined && { refreshIdleDays: idle }) };
    return { nextRefreshAt: nextRefreshAt({ sessionId, issuedAt: this.clock.now(), ...times }) };
  }
}

/** What makes two logins the same: access tokens come and go. */
function essenceOf(credentials: Credentials): Secret {
  return credentials.authType === 'api_key' ? credentials.apiKey : (credentials.refreshToken ?? credentials.accessToken);
}
