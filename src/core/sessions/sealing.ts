import type { Credentials } from '../../contracts/credentials.js';
import { credentialsFromText, textFromCredentials } from '../../contracts/credentials.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { SealedSecret, SessionRecord } from '../../contracts/session.js';
import type { SealContext, SecretBox } from './secret-box.port.js';

export type SecretOwner = Pick<SessionRecord, 'id' | 'provider' | 'authType' | 'secretVersion'>;

export function sealCredentials(box: SecretBox, credentials: Credentials, owner: SecretOwner): Promise<SealedSecret> {
  return box.seal(textFromCredentials(credentials), sealContextOf(owner));
}

/** @throws MaestroError `session.unreadable` */
export async function openCredentials(box: SecretBox, record: SessionRecord): Promise<Credentials> {
  const credentials = credentialsFromText(await opened(box, record));
  if (credentials?.authType !== record.authType) throw unreadable(record);
  return credentials;
}

async function opened(box: SecretBox, record: SessionRecord): ReturnType<SecretBox['open']> {
  try {
    return await box.open(record.secret, sealContextOf(record));
  } catch (error) {
    const isUnreadable = MaestroError.is(error) && (error.code === 'secret.unreadable' || error.code === 'encryption.key-unknown');
    throw isUnreadable ? unreadable(record, error) : error;
  }
}

function unreadable({ provider, name, secret }: SessionRecord, cause?: unknown): MaestroError {
  return new MaestroError('session.unreadable', { provider, name, keyId: secret.keyId }, { cause });
}

/** Part of what is authenticated: a secret opens in its own row and version only. */
function sealContextOf({ id, provider, authType, secretVersion }: SecretOwner): SealContext {
  return { table: 'saved_authentications', column: 'credentials', rowId: id, provider, authType, secretVersion };
}
