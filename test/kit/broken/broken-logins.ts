import type { AuthorizationOptions } from '../../../src/contracts/behaviours/oauth.behaviour.js';
import type { OAuthCredentials } from '../../../src/contracts/credentials.js';
import { MaestroError } from '../../../src/contracts/errors/maestro-error.js';
import type { CallOptions } from '../../../src/contracts/provider-client.js';
import { Secret } from '../../../src/contracts/secret.js';
import type { AuthorizationChallenge, PkceParams, TokenSet } from '../../../src/contracts/tokens.js';
import { oauthSettings } from '../../../src/kit/index.js';
import { oauthDefaults, SampleOAuth } from '../../../templates/provider/src/sample.oauth.js';
import type { BrokenProvider } from './broken-provider.js';
import { broken } from './broken-provider.js';

function withQuery(challenge: AuthorizationChallenge, change: (query: URLSearchParams) => void): AuthorizationChallenge {
  const address = new URL(challenge.authUrl);
  change(address.searchParams);
  return { ...challenge, authUrl: address.href };
}

class WithoutPkce extends SampleOAuth {
  override async generateAuthUrl(name: string, options: AuthorizationOptions): Promise<AuthorizationChallenge> {
    return withQuery(await super.generateAuthUrl(name, options), (query) => {
      query.delete('code_challenge');
      query.delete('code_challenge_method');
    });
  }
}

class OneStateForAll extends SampleOAuth {
  override async generateAuthUrl(name: string, options: AuthorizationOptions): Promise<AuthorizationChallenge> {
    const state = 'the-same-state-for-every-login';
    const challenge = withQuery(await super.generateAuthUrl(name, options), (query) => {
      query.set('state', state);
    });
    return { ...challenge, pkceParams: { ...challenge.pkceParams, state: Secret.of(state) } };
  }
}

class AnyState extends SampleOAuth {
  override exchangeCode(brought: Secret, pkce: PkceParams, name: string, options: CallOptions): Promise<TokenSet> {
    const code = new URL(brought.reveal()).searchParams.get('code');
    return super.exchangeCode(code === null ? brought : Secret.of(code), pkce, name, options);
  }
}

class ForgetsWhatIsOmitted extends SampleOAuth {
  override extractApiCredentials(
    tokens: TokenSet,
    _previous: OAuthCredentials | undefined,
    options: CallOptions,
  ): Promise<OAuthCredentials> {
    return super.extractApiCredentials(tokens, undefined, options);
  }
}

class KeepsTheUsedToken extends SampleOAuth {
  override async extractApiCredentials(
    tokens: TokenSet,
    previous: OAuthCredentials | undefined,
    options: CallOptions,
  ): Promise<OAuthCredentials> {
    const merged = await super.extractApiCredentials(tokens, previous, options);
    return previous?.refreshToken === undefined ? merged : { ...merged, refreshToken: previous.refreshToken };
  }
}

class TakesEveryFailureForTheEnd extends SampleOAuth {
  override async refreshToken(refreshToken: Secret, name: string, options: CallOptions): Promise<TokenSet> {
    try {
      return await super.refreshToken(refreshToken, name, options);
    } catch (cause) {
      throw new MaestroError('session.refresh-rejected', { provider: 'sample', reason: 'failed' }, { cause });
    }
  }
}

class RefreshesTwice extends SampleOAuth {
  override async refreshToken(refreshToken: Secret, name: string, options: CallOptions): Promise<TokenSet> {
    try {
      return await super.refreshToken(refreshToken, name, options);
    } catch {
      return await super.refreshToken(refreshToken, name, options);
    }
  }
}

class TellsTheToken extends SampleOAuth {
  override async refreshToken(refreshToken: Secret, name: string, options: CallOptions): Promise<TokenSet> {
    try {
      return await super.refreshToken(refreshToken, name, options);
    } catch (error) {
      const { code, parameters } = MaestroError.from(error);
      throw new MaestroError(code, parameters, { cause: new Error(`refreshing with ${refreshToken.reveal()}`) });
    }
  }
}

const settings = oauthSettings(oauthDefaults);
const someonesClient = { text: 'id of an OAuth client', default: 'another-programs-client' };

export const brokenLogins: readonly BrokenProvider[] = [
  broken('a login without PKCE', ['login.pkce'], { oauth: WithoutPkce }),
  broken('one state for every login', ['login.address'], { oauth: OneStateForAll }),
  broken('a state that nobody compares', ['login.state'], { oauth: AnyState }),
  broken("another program's OAuth client by default", ['manifest.settings', 'login.not-configured'], {
    settings: { ...settings, baseUrl: { text: 'address of the API' }, oauthClientId: someonesClient },
  }),
  broken('a refresh token that is lost when the answer omits it', ['refresh.omission'], { oauth: ForgetsWhatIsOmitted }),
  broken('a used refresh token that is kept', ['refresh.rotation'], { oauth: KeepsTheUsedToken }),
  broken('a bad day of the issuer that ends the session', ['refresh.transient', 'refresh.client'], { oauth: TakesEveryFailureForTheEnd }),
  broken('a refresh that is tried again by itself', ['refresh.transient', 'refresh.client'], { oauth: RefreshesTwice }),
  broken('a refresh token in the cause of an error', ['refresh.secrets'], { oauth: TellsTheToken }),
];
