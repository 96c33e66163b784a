// What scripts/mutation.mjs changes, room by room: the files, and the tests that must notice.

/** A part is a few files that the same tests speak of; a room is as long as all its parts, a part takes minutes. */
const part = (name, folder, files, specs) => ({
  name,
  mutate: files.map((file) => `${folder}/${file}.ts`),
  specs: specs.map((spec) => (spec.includes('/') ? `${spec}.spec.ts` : `${folder}/${spec}.spec.ts`)),
});

const registry = 'src/core/registry';
const encryption = 'src/persistence/encryption';
const refresh = 'src/core/refresh';
const observability = 'src/observability';
const access = 'src/core/access';
const migrations = 'src/persistence/migrations';

const pure = ['compliance', 'capabilities', 'provider-settings', 'report'];
const rules = ['provider-breaker', 'refresh-failure', 'refresh-schedule', 'token-expiry', 'waking-patience', 'with-renewal'];

/** Of how many percent of the changes a room's tests must notice. */
export const percent = 85;

export const rooms = {
  registry: [part('pure', registry, pure, pure), part('nest', registry, ['provider-registry'], ['provider-registry'])],
  sealing: [
    part('aead', encryption, ['aead', 'associated-data'], ['aead', 'aes-gcm-secret-box']),
    part('envelope', encryption, ['envelope'], ['aes-gcm-secret-box', 'test/persistence/envelope-vectors']),
    part('box', encryption, ['aes-gcm-secret-box'], ['aes-gcm-secret-box', 'test/persistence/envelope-vectors']),
    part('ring', encryption, ['key-ring', 'key-weakness'], ['key-ring']),
    part('file', encryption, ['key-file'], ['key-file']),
  ],
  refresh: [
    part('rules', refresh, rules, rules),
    part('results', refresh, ['refresh-results'], ['refresh-results']),
    part('lease', 'src/persistence/refresh', ['typeorm-refresh-store', 'refresh-statements'], ['test/persistence/refresh-store']),
    part('coordinator', refresh, ['token-refresh', 'refresh-attempt'], ['test/refresh/coordinator']),
  ],
  redaction: [
    part('secret', 'src/contracts', ['secret'], ['secret']),
    part('filter', observability, ['secret-filter'], ['secret-filter', 'pino-logger']),
    part('fields', observability, ['log-fields'], ['pino-logger']),
  ],
  access: [
    part('may-use', access, ['may-use', 'admin-key', 'authenticator'], ['may-use', 'authenticator', 'callers']),
    part('keys', access, ['caller-key', 'key-digest', 'caller-keys'], ['caller-keys', 'callers']),
    part('choice', access, ['session-choice', 'model-address'], ['session-choice', 'model-address', 'small-world']),
    part('callers', access, ['callers', 'caller-input'], ['callers', 'caller-input']),
  ],
  migration: [
    part('names', migrations, ['session-naming', 'origin-credentials'], ['session-naming', 'origin-credentials']),
    part('parking', migrations, ['parking'], ['test/persistence/migrate-down']),
  ],
};
