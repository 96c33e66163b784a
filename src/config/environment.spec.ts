import { chdir, cwd } from 'node:process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';

import { EnvironmentError, loadEnvironment } from './environment.js';

const key = 'mk_8Zt0qVYw3nXcLr5sJfB7uGaKpEhDmT2i';

function problemsOf(source: Record<string, string>): readonly string[] {
  try {
    loadEnvironment(source);
  } catch (error) {
    if (error instanceof EnvironmentError) return error.problems;
    throw error;
  }
  return [];
}

describe('the environment', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'maestro-environment-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('needs nothing to be set', () => {
    expect(loadEnvironment({})).toMatchObject({
      port: 4000,
      host: '127.0.0.1',
      providerPackages: [],
      areProvidersStrict: false,
      arePrivateUpstreamsAllowed: false,
      drainMs: 25_000,
      usageDays: 400,
      logLevel: 'info',
    });
  });

  it('reads every variable of its own', () => {
    const environment = loadEnvironment({
      PORT: '0',
      HOST: '::1',
      DATABASE_URL: 'postgres://maestro:pass@db/maestro',
      MAESTRO_POSTGRES_BIN: '/usr/lib/postgresql/15/bin',
      MAESTRO_DATA_DIR: '/srv/maestro',
      MAESTRO_ADMIN_KEY: key,
      MAESTRO_ENCRYPTION_KEYS: `a=${'A'.repeat(43)}=,b=${'B'.repeat(43)}=`,
      MAESTRO_ENCRYPTION_PRIMARY: 'b',
      MAESTRO_PROVIDER_PACKAGES: 'one, @team/two',
      MAESTRO_PROVIDERS_STRICT: 'true',
      MAESTRO_ALLOW_PRIVATE_UPSTREAMS: '1',
      MAESTRO_DRAIN_MS: '100',
      MAESTRO_USAGE_DAYS: '30',
      HTTPS_PROXY: 'http://user:pass@proxy:3128',
      HTTP_PROXY: 'http://plain:8080',
      NO_PROXY: 'localhost',
      LOG_LEVEL: 'debug',
      MAESTRO_LOG_FORMAT: 'pretty',
    });

    expect(environment).toMatchObject({
      port: 0,
      host: '::1',
      databaseUrl: 'postgres://maestro:pass@db/maestro',
      postgresBin: '/usr/lib/postgresql/15/bin',
      dataDir: '/srv/maestro',
      adminKey: key,
      encryptionKeys: expect.stringContaining('b='),
      encryptionPrimary: 'b',
      providerPackages: ['one', '@team/two'],
      areProvidersStrict: true,
      arePrivateUpstreamsAllowed: true,
      drainMs: 100,
      usageDays: 30,
      httpsProxy: 'http://user:pass@proxy:3128',
      httpProxy: 'http://plain:8080',
      noProxy: 'localhost',
      logLevel: 'debug',
      logFormat: 'pretty',
    });
    expect(Object.isFrozen(environment)).toBe(true);
  });

  it('shows no secret when it is printed', () => {
    const environment = loadEnvironment({
      DATABASE_URL: 'postgres://maestro:hunter2@db/maestro',
      MAESTRO_ADMIN_KEY: `hunter2-${key}`,
      HTTPS_PROXY: 'http://user:hunter2@proxy:3128',
    });

    expect(inspect(environment, { depth: 5 }) + JSON.stringify(environment)).not.toContain('hunter2');
  });

  it.each([
    [{ PORT: '80x' }, 'PORT must be a whole number from 0 to 65535, not "80x"'],
    [{ PORT: '65536' }, 'PORT must be a whole number from 0 to 65535, not "65536"'],
    [{ PORT: '-1' }, 'PORT must be a whole number from 0 to 65535, not "-1"'],
    [{ HOST: 'a b' }, 'HOST must be a host name or an address, not "a b"'],
    [{ DATABASE_URL: 'mysql://u:hunter2@h/d' }, 'DATABASE_URL must be an address of the form postgres://user:password@host:5432/database'],
    [{ MAESTRO_ADMIN_KEY: 'short' }, 'MAESTRO_ADMIN_KEY must be a text of 32 characters or more'],
    [{ MAESTRO_ADMIN_KEY: 'ü'.repeat(40) }, 'MAESTRO_ADMIN_KEY must be printable ASCII without blanks, as it travels in a header'],
    [
      { MAESTRO_ENCRYPTION_KEYS: 'a=passphrase' },
      'MAESTRO_ENCRYPTION_KEYS must be a list of id=base64, separated by commas, each key of 32 bytes',
    ],
    [{ MAESTRO_ENCRYPTION_PRIMARY: 'a b' }, 'MAESTRO_ENCRYPTION_PRIMARY must be the id of a key in MAESTRO_ENCRYPTION_KEYS, not "a b"'],
    [
      { MAESTRO_PROVIDER_PACKAGES: 'one;two' },
      'MAESTRO_PROVIDER_PACKAGES must be a list of npm package names, separated by commas, not "one;two"',
    ],
    [{ MAESTRO_PROVIDERS_STRICT: 'yes' }, 'MAESTRO_PROVIDERS_STRICT must be true or false, not "yes"'],
    [{ MAESTRO_ALLOW_PRIVATE_UPSTREAMS: 'on' }, 'MAESTRO_ALLOW_PRIVATE_UPSTREAMS must be true or false, not "on"'],
    [{ MAESTRO_DRAIN_MS: '1.5' }, 'MAESTRO_DRAIN_MS must be a whole number of milliseconds up to 3600000, not "1.5"'],
    [{ HTTPS_PROXY: 'user:hunter2@proxy' }, 'HTTPS_PROXY must be an address beginning with http:// or https://'],
    [{ https_proxy: 'socks5://user:hunter2@proxy' }, 'HTTPS_PROXY must be an address beginning with http:// or https://'],
    [{ HTTP_PROXY: 'proxy:8080' }, 'HTTP_PROXY must be an address beginning with http:// or https://'],
    [{ NO_PROXY: 'a', no_proxy: 'b' }, 'NO_PROXY and no_proxy are both set, and differ; keep one'],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'OTEL_EXPORTER_OTLP_PROTOCOL must be http/json, not "grpc"'],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' },
      'OTEL_EXPORTER_OTLP_ENDPOINT must be an address beginning with http:// or https://, not "collector"',
    ],
    [{ OTEL_TRACES_SAMPLER_ARG: '2' }, 'OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1, not "2"'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent, not "loud"'],
    [{ MAESTRO_LOG_FORMAT: 'xml' }, 'MAESTRO_LOG_FORMAT must be one of json, pretty, not "xml"'],
  ])('refuses %j with one line that shows no secret', (source, line) => {
    expect(problemsOf(source as Record<string, string>)).toEqual([line]);
  });

  it('names every bad variable, one line each', () => {
    expect(problemsOf({ PORT: 'x', LOG_LEVEL: 'loud', MAESTRO_DATA_DIR_FILE: join(folder, 'none') })).toEqual([
      `MAESTRO_DATA_DIR_FILE names "${join(folder, 'none')}", which cannot be read (ENOENT)`,
      expect.stringContaining('PORT must be'),
      expect.stringContaining('LOG_LEVEL must be'),
    ]);
  });

  it('takes an empty value for none', () => {
    expect(loadEnvironment({ PORT: '', DATABASE_URL: '', DATABASE_URL_FILE: '' })).toMatchObject({ port: 4000 });
    expect(loadEnvironment({ DATABASE_URL: '' }).databaseUrl).toBeUndefined();
  });

  it('reads a value from the file that NAME_FILE names, without its line end', () => {
    writeFileSync(join(folder, 'key'), `${key}\n`);

    expect(loadEnvironment({ MAESTRO_ADMIN_KEY_FILE: join(folder, 'key') }).adminKey).toBe(key);
  });

  it('knows the variables of a proxy in lower case, and from a file', () => {
    writeFileSync(join(folder, 'proxy'), 'http://user:pass@proxy:3128\n');

    const { httpsProxy, httpProxy, noProxy } = loadEnvironment({
      https_proxy_FILE: join(folder, 'proxy'),
      http_proxy: 'http://proxy:8080',
      NO_PROXY: 'localhost',
      no_proxy: 'localhost',
    });

    expect([httpsProxy, httpProxy, noProxy]).toEqual(['http://user:pass@proxy:3128', 'http://proxy:8080', 'localhost']);
  });

  it('wants OpenTelemetry where a collector is named, and shows nobody what that is told of us', () => {
    const OTEL_EXPORTER_OTLP_HEADERS = 'authorization=Bearer%20hunter2, x-team=a';
    const { otlp } = loadEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/', OTEL_EXPORTER_OTLP_HEADERS });

    expect(otlp).toMatchObject({ tracesUrl: 'http://collector:4318/v1/traces', metricsUrl: 'http://collector:4318/v1/metrics' });
    expect(otlp?.headers).toEqual({ authorization: 'Bearer hunter2', 'x-team': 'a' });
    expect(inspect(otlp) + JSON.stringify(otlp)).not.toContain('hunter2');
  });

  it.each([
    [{}],
    [{ OTEL_SERVICE_NAME: 'gateway' }],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', OTEL_SDK_DISABLED: 'true' }],
  ])('wants no OpenTelemetry for %j', (source) => {
    expect(loadEnvironment(source as Record<string, string>).otlp).toBeUndefined();
  });

  it('takes one signal of OpenTelemetry alone', () => {
    const { otlp } = loadEnvironment({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/own',
      OTEL_RESOURCE_ATTRIBUTES: 'a=b%2Cc,d=%',
    });

    expect(otlp).toMatchObject({ tracesUrl: 'http://collector:4318/own', resource: { a: 'b,c', d: '%' } });
    expect(otlp).not.toHaveProperty('metricsUrl');
  });

  it('refuses a value that is given twice', () => {
    expect(problemsOf({ HOST: 'a', HOST_FILE: '/b' })).toEqual(['HOST and HOST_FILE are both set; keep one']);
  });

  it("looks a provider's setting up without knowing it", () => {
    writeFileSync(join(folder, 'secret'), 'from a file\n');
    const { lookup } = loadEnvironment({ ACME_BASE_URL: 'https://acme.test', ACME_CLIENT_SECRET_FILE: join(folder, 'secret') });

    expect([lookup('ACME_BASE_URL'), lookup('ACME_CLIENT_SECRET'), lookup('ACME_OTHER')]).toEqual([
      'https://acme.test',
      'from a file',
      undefined,
    ]);
  });

  describe('without a source', () => {
    const before = cwd();
    afterEach(() => {
      chdir(before);
      delete process.env['MAESTRO_DRAIN_MS'];
    });

    it('reads the process, and .env for what the process does not say', () => {
      writeFileSync(join(folder, '.env'), 'MAESTRO_DRAIN_MS=1\nACME_PROJECT="a b"\n');
      process.env['MAESTRO_DRAIN_MS'] = '2';
      chdir(folder);

      const environment = loadEnvironment();

      expect([environment.drainMs, environment.lookup('ACME_PROJECT')]).toEqual([2, 'a b']);
    });

    it('does without .env', () => {
      process.env['MAESTRO_DRAIN_MS'] = '3';
      chdir(folder);

      expect(loadEnvironment().drainMs).toBe(3);
    });
  });

  describe('where no data directory is named', () => {
    const getuid = Object.getOwnPropertyDescriptor(process, 'getuid');
    const platform = Object.getOwnPropertyDescriptor(process, 'platform');
    const running = (name: string, uid: number): void => {
      Object.defineProperty(process, 'platform', { ...platform, value: name });
      Object.defineProperty(process, 'getuid', { ...getuid, value: () => uid });
    };
    afterEach(() => {
      if (platform) Object.defineProperty(process, 'platform', platform);
      if (getuid) Object.defineProperty(process, 'getuid', getuid);
    });

    it.each([
      ['linux', 0, {}, /^\/var\/lib\/maestro$/],
      ['linux', 1000, {}, /\/\.local\/state\/maestro$/],
      ['linux', 1000, { XDG_STATE_HOME: '/state' }, /^\/state\/maestro$/],
      ['darwin', 501, {}, /\/Library\/Application Support\/maestro$/],
      ['win32', 501, { LOCALAPPDATA: '/local' }, /\/local\/maestro$/],
      ['win32', 501, {}, /\/maestro$/],
    ])('on %s as user %d with %j it is the state folder of the platform', (name, uid, source, expected) => {
      running(name, uid);

      expect(loadEnvironment(source as Record<string, string>).dataDir).toMatch(expected);
    });
  });
});
