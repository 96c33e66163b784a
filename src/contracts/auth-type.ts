import { MaestroError } from './errors/maestro-error.js';

/** How a session proves who it is to its provider. */
export type AuthType = 'oauth' | 'api_key';

export const authTypes = ['oauth', 'api_key'] as const satisfies readonly AuthType[];

export const AuthType = {
  is(text: string): text is AuthType {
    return text === 'oauth' || text === 'api_key';
  },
  /** @throws MaestroError `auth-type.unknown` */
  parse(text: string): AuthType {
    if (AuthType.is(text)) return text;
    throw new MaestroError('auth-type.unknown', { authType: text });
  },
};
