import type { AuthType } from './auth-type.js';
import { SessionName } from './session-name.js';

const longest = 50;

/**
 * `default_<provider>_<authType>`: the one session that a pair had before sessions were named. The longest provider ids would
 * make it longer than a name may be; their part is cut, which no other session of the same pair can run into.
 */
export function defaultSessionName(provider: string, authType: AuthType): SessionName {
  const legible = provider.replace(/[^A-Za-z0-9_-]/gu, '_');
  const room = longest - 'default_'.length - '_'.length - authType.length;
  return SessionName.parse(`default_${legible.slice(0, room)}_${authType}`);
}
