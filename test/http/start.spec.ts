import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { loadEnvironment } from '../../src/config/environment.js';
import { PinoLogger } from '../../src/observability/pino-logger.js';
import { secretFilter } from '../../src/observability/secret-filter.js';
import type { Gateway } from '../../src/start-gateway.js';
import { startGateway } from '../../src/start-gateway.js';
import { gatewayClient } from '../support/gateway-client.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import { builtInProviders } from '../support/start-gateway.js';

const aKeyRing = (): string => `k1=${randomBytes(32).toString('base64')}`;
const encryptionKeys = aKeyRing();

describe('the start of a gateway', () => {
  let database: TestDatabase;
  let dataDir: string;
  beforeEach(async () => {
    database = await freshDatabase();
    dataDir = mkdtempSync(join(tmpdir(), 'maestro-start-'));
  }, 60_000);
  afterEach(async () => {
    await database.close();
    rmSync(dataDir, { recursive: true });
  });

  const lines: string[] = [];
  const start = (environment: Readonly<Record<string, string>>): Promise<Gateway> => {
    const filter = secretFilter();
    return startGateway({
      environment: loadEnvironment({
        PORT: '0',
        DATABASE_URL: database.url,
        MAESTRO_DATA_DIR: dataDir,
        MAESTRO_ENCRYPTION_KEYS: encryptionKeys,
        ...environment,
      }),
      providersFolders: [builtInProviders],
      filter,
      logger: new PinoLogger({ level: 'trace', format: 'json', filter, destination: { write: (line) => lines.push(line) } }),
    });
  };

  it('makes an admin key once, tells it once, and keeps it', async () => {
    const first = await start({});
    const key = first.newAdminKey?.reveal() ?? '';
    const answer = await gatewayClient(first.url, key).call('GET', '/api/sessions');
    await first.stop();
    const second = await start({});
    const again = await gatewayClient(second.url, key).call('GET', '/api/sessions');
    await second.stop();

    expect(first.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(readFileSync(first.adminKeyFile ?? '', 'utf8').trim()).toBe(key);
    expect(second.newAdminKey).toBeUndefined();
    expect([answer.status, again.status]).toEqual([200, 200]);
    expect(lines.join('')).not.toContain(key);
  }, 60_000);

  it('listens on IPv6 as well', async () => {
    const key = `mk_${randomBytes(24).toString('hex')}`;
    const gateway = await start({ HOST: '::1', MAESTRO_ADMIN_KEY: key });
    const answer = await gatewayClient(gateway.url, key).call('GET', '/health/live');
    await gateway.stop();

    expect(gateway.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect(gateway.adminKeyFile).toBeUndefined();
    expect(answer.status).toBe(200);
  }, 60_000);

  it('fails, and leaves nothing open, where the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;

    await expect(start({ PORT: String(port) })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    // A key that was told to nobody must not stay.
    expect(existsSync(join(dataDir, 'admin-key'))).toBe(false);
    other.close();
  }, 60_000);

  it('fails where there is a database and no key to seal with', async () => {
    const message = expect.stringContaining('with DATABASE_URL there must be MAESTRO_ENCRYPTION_KEYS') as string;

    await expect(start({ MAESTRO_ENCRYPTION_KEYS: '' })).rejects.toMatchObject({ code: 'encryption.key-invalid', message });
  }, 60_000);

  it('fails with the keys of another database', async () => {
    const gateway = await start({});
    await gateway.stop();

    await expect(start({ MAESTRO_ENCRYPTION_KEYS: aKeyRing(), MAESTRO_ENCRYPTION_PRIMARY: 'k1' })).rejects.toMatchObject({
      code: 'encryption.key-mismatch',
    });
  }, 60_000);

  it('fails in strict mode where a provider cannot be served', async () => {
    await expect(start({ MAESTRO_PROVIDERS_STRICT: 'true', MAESTRO_PROVIDER_PACKAGES: 'no-such-package' })).rejects.toMatchObject({
      code: 'provider.invalid',
    });
  }, 60_000);

  it('goes on without that provider otherwise, and takes a proxy', async () => {
    const gateway = await start({ MAESTRO_PROVIDER_PACKAGES: 'no-such-package', HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: 'localhost' });
    const key = gateway.newAdminKey?.reveal() ?? '';
    const { json } = await gatewayClient(gateway.url, key).call('GET', '/api/providers/compliance');
    await gateway.stop();

    expect(JSON.stringify(json)).toContain('load-failed');
  }, 60_000);
});
