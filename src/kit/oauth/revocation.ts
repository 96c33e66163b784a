import { revocationRequest } from 'oauth4webapi';

import type { OAuthCredentials } from '../../contracts/credentials.js';
import { jsonFrom } from '../read-body.js';
import type { OAuthCall, OAuthFlow } from './oauth-flow.js';
import { asForm, askWithJson, clientAuthOf, clientOf, serverOf } from './token-endpoint.js';
import { tokenFailure } from './token-failure.js';

/**
 * Ends a grant (RFC 7009): by its refresh token, which takes the access tokens along, or by the access token where there is
 * no other. A flow without such an endpoint resolves at once; a token that is dead already counts as revoked.
 *
 * @throws MaestroError `oauth.misconfigured`, `upstream.*`
 */
export async function revokeToken(flow: OAuthFlow, { refreshToken, accessToken }: OAuthCredentials, call: OAuthCall): Promise<void> {
  const { revokeUrl } = flow;
  if (revokeUrl === undefined) return;
  const token = (refreshToken ?? accessToken).reveal();
  const hint = { token_type_hint: refreshToken === undefined ? 'access_token' : 'refresh_token' };
  const { status, headers, text } =
    flow.bodyFormat === 'json'
      ? await askWithJson(flow, revokeUrl, { token, ...hint }, call)
      : await asForm(flow, call, (options) =>
          revocationRequest(serverOf(flow), clientOf(flow), clientAuthOf(flow), token, { ...options, additionalParameters: hint }),
        );
  if (status < 300) return;
  const failure = tokenFailure(flow, 'refresh', { status, headers, body: jsonFrom(text) });
  const isGone = failure.code === 'session.refresh-rejected' || failure.upstream?.code === 'invalid_token';
  if (!isGone) throw failure;
}
