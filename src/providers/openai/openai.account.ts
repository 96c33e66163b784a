import type { CredentialExtra, OAuthCredentials } from '../../contracts/credentials.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { environmentNameOf } from '../../contracts/manifest.js';
import type { ProviderSettings } from '../../contracts/provider-client.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { listIn, recordIn, textIn } from '../../kit/json-fields.js';
import { unverifiedClaims } from '../../kit/oauth/unverified-claims.js';
import { isRecord } from '../../kit/read-body.js';
import { providerId } from './openai.calls.js';

/**
 * What a login's calls go with: its access token to ChatGPT's own backend (`chatgpt`), an API key that was traded for it
 * (`api-key`), or its access token to the API itself (`api`).
 */
export type LoginMode = 'chatgpt' | 'api-key' | 'api';

const modes: readonly LoginMode[] = ['chatgpt', 'api-key', 'api'];

function isMode(text: string | undefined): text is LoginMode {
  return modes.some((mode) => mode === text);
}

/** The operator's word; `undefined`: the account's plan decides. @throws MaestroError `login.not-configured` for any other word */
export function configuredMode(settings: ProviderSettings): LoginMode | undefined {
  const text = settings.text('oauthMode');
  if (text === undefined || text === 'auto') return undefined;
  if (isMode(text)) return text;
  const setting = `${environmentNameOf(providerId, 'oauthMode')} to auto, chatgpt, api-key or api`;
  throw new MaestroError('login.not-configured', { provider: providerId, setting });
}

/** Subscriptions of people; with any other plan the work is paid for by an organisation, which has keys. */
const personalPlans: readonly string[] = ['free', 'go', 'plus', 'pro', 'team'];

export function modeOfPlan(plan: string | undefined): LoginMode {
  return plan === undefined || personalPlans.includes(plan) ? 'chatgpt' : 'api-key';
}

/** Of credentials that were given by hand or imported nothing is known: as whoever keeps such tokens uses them. */
export function modeOf({ extra }: OAuthCredentials, settings: ProviderSettings): LoginMode {
  const mode = extra['mode'];
  if (isMode(mode)) return mode;
  return settings.text('oauthMode') === 'api' ? 'api' : 'chatgpt';
}

/** Under this name the vendor's tokens tell of the account. */
const accountClaim = 'https://api.openai.com/auth';

/** What the tokens say of their account, signatures unchecked: enough to name it in a header, and to choose where to ask. */
export function accountIn({ idToken, accessToken }: Pick<OAuthCredentials, 'idToken' | 'accessToken'>): CredentialExtra {
  const claims = [idToken, accessToken].map((token) => (token && unverifiedClaims(token)) ?? {});
  const accountId = claims.map(accountIdIn).find(isWord);
  const plan = claims.map((each) => textIn(recordIn(each, accountClaim), 'chatgpt_plan_type')).find(isWord);
  return { ...(accountId !== undefined && { accountId }), ...(plan !== undefined && { plan: plan.toLowerCase() }) };
}

function accountIdIn(claims: JsonRecord): string | undefined {
  const [organization = {}] = listIn(claims, 'organizations').filter(isRecord);
  return textIn(recordIn(claims, accountClaim), 'chatgpt_account_id') ?? textIn(organization, 'id');
}

function isWord(text: string | undefined): text is string {
  return text !== undefined && /^[\w-]{1,100}$/.test(text);
}
