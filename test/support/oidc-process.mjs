// A certified OAuth 2.0 and OpenID Connect server in a process of its own, for oidc-server.ts. Says where it listens, then
// one line for each grant that succeeded, failed or was revoked. Ends with its standard input.
import { createServer } from 'node:http';

import { Provider } from 'oidc-provider';

const { clientId, clientSecret, redirectUris, accessTokenSeconds } = JSON.parse(process.argv[2] ?? '{}');
const state = { handle: (_request, response) => response.writeHead(503).end() };
const server = createServer((request, response) => state.handle(request, response));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: clientId,
      ...(clientSecret === undefined
        ? { token_endpoint_auth_method: 'none' }
        : { client_secret: clientSecret, token_endpoint_auth_method: 'client_secret_basic' }),
      application_type: 'native',
      redirect_uris: redirectUris,
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code'],
    },
  ],
  pkce: { required: () => true },
  features: { deviceFlow: { enabled: true }, revocation: { enabled: true } },
  issueRefreshToken: (_context, client) => client.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: () => true,
  expiresWithSession: () => false,
  ttl: { AccessToken: accessTokenSeconds, DeviceCode: 600, Grant: 86_400, Interaction: 600, RefreshToken: 86_400, Session: 600 },
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  cookies: { keys: ['for tests only'] },
});
const say = (line) => process.stdout.write(`${line}\n`);
provider.on('grant.success', (context) => say(`success ${context.oidc.params.grant_type}`));
provider.on('grant.error', (context, error) => say(`error ${context.oidc.params?.grant_type} ${error.error}`));
provider.on('grant.revoked', () => say('revoked'));
state.handle = provider.callback();
say(issuer);
process.stdin.resume().once('end', () => process.exit());
