import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { SettingDefinition } from '../../contracts/manifest.js';
import { environmentNameOf } from '../../contracts/manifest.js';
import type { ProviderSettings } from '../../contracts/provider-client.js';
import type { Secret } from '../../contracts/secret.js';
import { isWebAddress } from './web-address.js';

export interface OAuthDefaults {
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  /** Whether a client of this vendor has a secret. */
  readonly hasClientSecret: boolean;
  /** The date that an operator accepts the terms with; absent: the login is meant for third parties. */
  readonly termsReadOn?: string;
}

/** The settings `<ID>_OAUTH_…`. Addresses, scopes and redirect have defaults; a client of somebody else's has no place in them. */
export function oauthSettings(defaults: OAuthDefaults): Readonly<Record<string, SettingDefinition>> {
  return {
    oauthClientId: { text: 'id of your own OAuth client; without it there is no login' },
    ...(defaults.hasClientSecret && { oauthClientSecret: { text: 'secret of your own OAuth client', isSecret: true } }),
    oauthAuthorizeUrl: { text: 'where the browser is sent to log in', default: defaults.authorizeUrl },
    oauthTokenUrl: { text: 'where codes and refresh tokens are traded', default: defaults.tokenUrl },
    oauthRedirectUri: { text: 'where the browser comes back to, as registered with your client', default: defaults.redirectUri },
    oauthScopes: { text: 'scopes to ask for, separated by blanks', default: defaults.scopes.join(' ') },
    ...(defaults.termsReadOn !== undefined && {
      oauthAcceptTerms: { text: `${defaults.termsReadOn} to accept the terms of the login, which stand in the provider's limitations` },
    }),
  };
}

/** What the settings say, for building an `OAuthFlow`. */
export interface ConfiguredClient {
  readonly clientId: string;
  readonly clientSecret?: Secret;
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
}

/** @throws MaestroError `login.not-configured`, naming everything that is to be set, or the address that is none */
export function configuredClient(provider: string, settings: ProviderSettings, defaults: OAuthDefaults): ConfiguredClient {
  const clientId = settings.text('oauthClientId');
  const clientSecret = settings.secret('oauthClientSecret');
  const needed = defaults.hasClientSecret ? ['oauthClientId', 'oauthClientSecret'] : ['oauthClientId'];
  if (clientId === undefined || (defaults.hasClientSecret && clientSecret === undefined)) {
    const setting = needed.map((name) => environmentNameOf(provider, name)).join(' and ');
    throw new MaestroError('login.not-configured', { provider, setting });
  }
  const address = (name: string, byDefault: string): string => {
    const text = settings.text(name) ?? byDefault;
    if (isWebAddress(text)) return text;
    throw new MaestroError('login.not-configured', { provider, setting: `${environmentNameOf(provider, name)} to an address (https://…)` });
  };
  return {
    clientId,
    ...(clientSecret !== undefined && { clientSecret }),
    authorizeUrl: address('oauthAuthorizeUrl', defaults.authorizeUrl),
    tokenUrl: address('oauthTokenUrl', defaults.tokenUrl),
    redirectUri: address('oauthRedirectUri', defaults.redirectUri),
    scopes:
      settings
        .text('oauthScopes')
        ?.split(/\s+/)
        .filter((scope) => scope !== '') ?? defaults.scopes,
  };
}
