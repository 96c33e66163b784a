import type { Found, ImportParser } from '../found.js';
import { apiKeyFound } from '../found.js';
import type { JsonObject } from '../json-value.js';
import { oauthFrom, objectFrom, objectFromText, secretFrom, textFrom, timeFrom } from '../json-value.js';

/**
 * opencode keeps one entry for each provider under its own name for it: `{ type: "api", key, baseURL? }` or `{ type: "oauth",
 * access, refresh, expires, accountId? }`, times in milliseconds:
 * https://github.com/anomalyco/opencode, packages/opencode/src/auth/index.ts, read 2026-11-22.
 */
export const opencodeParser: ImportParser = (text) => {
  const file = objectFromText(text);
  if (file === undefined) return { found: [], troubles: ['it is no JSON object'] };
  const found: Found[] = [];
  const troubles: string[] = [];
  for (const [key, value] of Object.entries(file)) {
    const entry = foundIn(key, objectFrom(value) ?? {});
    if (entry === undefined) troubles.push(`entry ${JSON.stringify(key)} is neither an API key nor a login with an access token`);
    else found.push(entry);
  }
  return { found, troubles };
};

function foundIn(key: string, entry: JsonObject): Found | undefined {
  if (entry['type'] === 'api') {
    const apiKey = secretFrom(entry['key']);
    const baseUrl = textFrom(entry['baseURL']);
    return apiKey && { ...apiKeyFound('account', key, apiKey), ...(baseUrl !== undefined && { baseUrl }) };
  }
  if (entry['type'] !== 'oauth') return undefined;
  const credentials = oauthFrom({
    accessToken: secretFrom(entry['access']),
    refreshToken: secretFrom(entry['refresh']),
    expiresAt: timeFrom(entry['expires']),
    extra: { accountId: textFrom(entry['accountId']) },
  });
  return credentials && { kind: 'account', key, credentials };
}
