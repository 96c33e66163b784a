import type { ImportParser } from '../found.js';
import { oauthFrom, objectFrom, objectFromText, secretFrom, textFrom, timeFrom } from '../json-value.js';

/**
 * CLIProxyAPI keeps one file for each login: its `type`, and the tokens beside it or under `token`:
 * https://github.com/router-for-me/CLIProxyAPI, the token.go files under internal/auth, read 2026-11-22.
 */
export const cliProxyApiParser: ImportParser = (text) => {
  const file = objectFromText(text);
  const type = textFrom(file?.['type']);
  if (file === undefined || type === undefined) return { found: [], troubles: ['it is no JSON object with a type'] };
  const tokens = objectFrom(file['token']) ?? file;
  const credentials = oauthFrom({
    accessToken: secretFrom(tokens['access_token']),
    refreshToken: secretFrom(tokens['refresh_token']),
    idToken: secretFrom(tokens['id_token']),
    expiresAt: timeFrom(file['expired']) ?? timeFrom(tokens['expiry']),
    extra: { accountId: textFrom(file['account_id']), projectId: textFrom(file['project_id']) },
  });
  if (credentials === undefined) return { found: [], troubles: ['it has no access token'] };
  return { found: [{ kind: 'account', key: type, credentials }], troubles: [] };
};
