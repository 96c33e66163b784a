import type { GoogleAuth } from 'google-auth-library';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { environmentNameOf } from '../../contracts/manifest.js';
import type { HttpClient, ProviderSettings } from '../../contracts/provider-client.js';
import { Secret } from '../../contracts/secret.js';
import type { TokenSet } from '../../contracts/tokens.js';
import { unlessAborted } from '../../kit/authorised.js';
import { numberIn, recordIn } from '../../kit/json-fields.js';
import type { OAuthCall } from '../../kit/oauth/oauth-flow.js';
import { isRecord, readText } from '../../kit/read-body.js';
import { providerId } from './vertex.client.js';
import { scope } from './vertex.service-account.js';

/** What the machine itself is allowed becomes a session's only where its operator says so. @throws MaestroError `login.not-configured` */
export function requireApplicationDefault(settings: ProviderSettings): void {
  if (settings.text('applicationDefault') === 'true') return;
  throw notConfigured(`${environmentNameOf(providerId, 'applicationDefault')} to true`);
}

/** A refresh must end before its lease does. */
const timeoutMs = 8_000;

/**
 * Application default credentials: the file that GOOGLE_APPLICATION_CREDENTIALS names, what `gcloud` left, or the platform's
 * metadata server; the vendor's library knows all forms of them. It is loaded when it is needed, and asks issuers by Maestro's
 * way out; the machine's own metadata server it asks itself.
 */
export async function applicationDefaultTokens(_settings: ProviderSettings, { http, signal }: OAuthCall): Promise<TokenSet> {
  const ended = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const { GoogleAuth: Auth } = await import('google-auth-library');
  const transporterOptions = { fetchImplementation: fetchThrough(http, ended) };
  const auth = new Auth({ scopes: [scope], clientOptions: { transporterOptions } });
  return unlessAborted(tokensFrom(auth), ended).catch((error: unknown) => {
    if (signal.aborted || !ended.aborted) throw error;
    throw new MaestroError('upstream.timeout', { origin: 'application default credentials', phase: 'waiting for the answer' });
  });
}

function fetchThrough(http: HttpClient, signal: AbortSignal): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const body = Buffer.from(await request.arrayBuffer());
    const answer = await http.request({
      // The library asks issuers in these two ways.
      method: request.method === 'GET' ? 'GET' : 'POST',
      url: request.url,
      headers: Object.fromEntries(request.headers.entries()),
      ...(body.length > 0 && { body }),
      signal,
    });
    const headers = Object.entries(answer.headers).flatMap(([name, value]) => [value].flat().map((each): [string, string] => [name, each]));
    return new Response(await readText(answer.body, longestAnswer), { status: answer.status, headers });
  };
}

/** Characters of an issuer's answer. */
const longestAnswer = 256 * 1024;

async function tokensFrom(auth: GoogleAuth): Promise<TokenSet> {
  try {
    const client = await auth.getClient();
    const { token } = await client.getAccessToken();
    if (typeof token !== 'string' || token === '') throw new Error('there is no access token');
    const { expiry_date: expiry } = client.credentials;
    return {
      accessToken: Secret.of(token),
      tokenType: 'Bearer',
      expiresAt: new Date(expiry ?? Date.now() + 3_000_000),
      isExpiryEstimated: typeof expiry !== 'number',
      extra: {},
    };
  } catch (error) {
    throw failureFrom(error);
  }
}

function failureFrom(error: unknown): MaestroError {
  const report = isRecord(error) ? error : {};
  if (MaestroError.is(report['cause'])) return report['cause'];
  const status = numberIn(recordIn(report, 'response'), 'status') ?? numberIn(report, 'status');
  if (status !== undefined && status >= 500) return new MaestroError('upstream.failed', { provider: providerId, status }, { cause: error });
  if (status !== undefined) {
    const reason = `http_${String(status)}`;
    return new MaestroError('login.rejected', { provider: providerId, reason }, { cause: error, upstream: { status, code: reason } });
  }
  return notConfigured('GOOGLE_APPLICATION_CREDENTIALS to a file of credentials, or run where the platform gives them', error);
}

function notConfigured(setting: string, cause?: unknown): MaestroError {
  return new MaestroError('login.not-configured', { provider: providerId, setting }, { cause });
}
