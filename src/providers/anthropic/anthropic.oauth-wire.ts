import type { CredentialExtra } from '../../contracts/credentials.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { recordIn, textIn } from '../../kit/json-fields.js';

/** Under this the API takes the token of a login in place of a key. */
export const oauthBeta = 'oauth-2025-04-20';

/** Whose login it is, by the vendor's ids; names and addresses of people are left where they are. */
export function accountIn(answer: JsonRecord): CredentialExtra {
  const organizationId = textIn(recordIn(answer, 'organization'), 'uuid');
  const accountId = textIn(recordIn(answer, 'account'), 'uuid');
  return { ...(organizationId !== undefined && { organizationId }), ...(accountId !== undefined && { accountId }) };
}
