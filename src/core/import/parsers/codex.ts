import type { Found, ImportParser } from '../found.js';
import { apiKeyFound } from '../found.js';
import { oauthFrom, objectFrom, objectFromText, secretFrom, textFrom } from '../json-value.js';

const variableName = /^[A-Z][A-Z0-9_]*$/;

/**
 * Codex keeps an API key under the name of its environment variable, or `null` there, and the tokens of a login under `tokens`
 * (codex-rs/login/src/auth/storage.rs, read 2026-11-22).
 */
export const codexParser: ImportParser = (text) => {
  const file = objectFromText(text);
  if (file === undefined) return { found: [], troubles: ['it is no JSON object'] };
  const keys = Object.entries(file).flatMap(([name, value]) => {
    const apiKey = variableName.test(name) ? secretFrom(value) : undefined;
    return apiKey === undefined ? [] : [apiKeyFound('variable', name, apiKey)];
  });
  const tokens = objectFrom(file['tokens']);
  if (tokens === undefined) return { found: keys, troubles: [] };
  const credentials = oauthFrom({
    accessToken: secretFrom(tokens['access_token']),
    refreshToken: secretFrom(tokens['refresh_token']),
    idToken: secretFrom(tokens['id_token']),
    extra: { accountId: textFrom(tokens['account_id']) },
  });
  if (credentials === undefined) return { found: keys, troubles: ['its tokens have no access token'] };
  const login: Found = { kind: 'account', key: 'tokens', credentials };
  return { found: [...keys, login], troubles: [] };
};
