import { IsIn, IsInt, IsOptional, IsString, IsUrl, Matches, Max, Min, MinLength } from 'class-validator';

import { IsOwnKey } from './own-key.js';
import { IsRpcUrls } from './rpc-urls.js';
import { telemetryTexts, TelemetryVariables } from './telemetry-variables.js';

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export const logFormats = ['json', 'pretty'] as const;
export type LogFormat = (typeof logFormats)[number];

const packageName = '(@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*';
const packageList = new RegExp(`^${packageName}(\\s*,\\s*${packageName})*$`);
const encryptionKeys = /^[\w.-]{1,64}=[A-Za-z0-9+/_-]{43}=?(\s*,\s*[\w.-]{1,64}=[A-Za-z0-9+/_-]{43}=?)*$/;
const truth = ['true', 'false', '1', '0'] as const;

/**
 * Maestro's own variables as they stand in the environment; numbers are read before. Each message completes the line
 * "NAME must be …".
 */
export class EnvironmentVariables extends TelemetryVariables {
  @IsInt({ message: 'a whole number from 0 to 65535' })
  @Min(0, { message: 'a whole number from 0 to 65535' })
  @Max(65_535, { message: 'a whole number from 0 to 65535' })
  PORT = 4000;

  @Matches(/^[\w.:-]+$/, { message: 'a host name or an address' })
  HOST = '127.0.0.1';

  @IsOptional()
  @Matches(/^postgres(ql)?:\/\/\S+$/, { message: 'an address of the form postgres://user:password@host:5432/database' })
  DATABASE_URL?: string;

  @IsOptional()
  @IsString({ message: 'a folder' })
  MAESTRO_POSTGRES_BIN?: string;

  @IsOptional()
  @IsString({ message: 'a folder' })
  MAESTRO_DATA_DIR?: string;

  @IsOptional()
  @IsOwnKey()
  @MinLength(32, { message: 'a text of 32 characters or more' })
  @Matches(/^[\x21-\x7e]+$/, { message: 'printable ASCII without blanks, as it travels in a header' })
  MAESTRO_ADMIN_KEY?: string;

  @IsOptional()
  @Matches(encryptionKeys, { message: 'a list of id=base64, separated by commas, each key of 32 bytes' })
  MAESTRO_ENCRYPTION_KEYS?: string;

  @IsOptional()
  @Matches(/^[\w.-]{1,64}$/, { message: 'the id of a key in MAESTRO_ENCRYPTION_KEYS' })
  MAESTRO_ENCRYPTION_PRIMARY?: string;

  @IsOptional()
  @Matches(packageList, { message: 'a list of npm package names, separated by commas' })
  MAESTRO_PROVIDER_PACKAGES?: string;

  @IsOptional()
  @IsString({ message: 'a file' })
  MAESTRO_COMPATIBLE_PROVIDERS?: string;

  @IsIn(truth, { message: 'true or false' })
  MAESTRO_FIND_LOCAL = 'false';

  @IsIn(truth, { message: 'true or false' })
  MAESTRO_PROVIDERS_STRICT = 'false';

  @IsIn(truth, { message: 'true or false' })
  MAESTRO_ALLOW_PRIVATE_UPSTREAMS = 'false';

  @IsIn(truth, { message: 'true or false' })
  MAESTRO_METRICS_OPEN = 'false';

  @IsOptional()
  @IsRpcUrls()
  MAESTRO_RPC_URLS?: string;

  @IsInt({ message: 'a whole number of milliseconds up to 3600000' })
  @Min(0, { message: 'a whole number of milliseconds up to 3600000' })
  @Max(3_600_000, { message: 'a whole number of milliseconds up to 3600000' })
  MAESTRO_DRAIN_MS = 25_000;

  @IsInt({ message: 'a whole number of days from 1 to 3650' })
  @Min(1, { message: 'a whole number of days from 1 to 3650' })
  @Max(3_650, { message: 'a whole number of days from 1 to 3650' })
  MAESTRO_USAGE_DAYS = 400;

  @IsInt({ message: 'a whole number from 1 to 128' })
  @Min(1, { message: 'a whole number from 1 to 128' })
  @Max(128, { message: 'a whole number from 1 to 128' })
  MAESTRO_WORKERS = 1;

  @IsInt({ message: 'a whole number from 1 to 1000000' })
  @Min(1, { message: 'a whole number from 1 to 1000000' })
  @Max(1_000_000, { message: 'a whole number from 1 to 1000000' })
  MAESTRO_MAX_ANSWERS = 500;

  @IsInt({ message: 'a whole number from 1 to 1000000' })
  @Min(1, { message: 'a whole number from 1 to 1000000' })
  @Max(1_000_000, { message: 'a whole number from 1 to 1000000' })
  MAESTRO_WRONG_KEYS_PER_MINUTE = 10;

  @IsOptional()
  @IsUrl(
    { protocols: ['http', 'https'], require_protocol: true, require_tld: false },
    { message: 'an address beginning with http:// or https://' },
  )
  HTTPS_PROXY?: string;

  @IsOptional()
  @IsUrl(
    { protocols: ['http', 'https'], require_protocol: true, require_tld: false },
    { message: 'an address beginning with http:// or https://' },
  )
  HTTP_PROXY?: string;

  @IsOptional()
  @IsString({ message: 'a list of hosts, separated by commas' })
  NO_PROXY?: string;

  @IsIn(logLevels, { message: `one of ${logLevels.join(', ')}` })
  LOG_LEVEL: LogLevel = 'info';

  @IsOptional()
  @IsIn(logFormats, { message: `one of ${logFormats.join(', ')}` })
  MAESTRO_LOG_FORMAT?: LogFormat;
}

export type VariableName = keyof EnvironmentVariables;

export interface VariableText {
  /** What it is for; printed in `.env.example`. */
  readonly text: string;
  /** What holds without it, where that is no plain value. */
  readonly otherwise?: string;
  /** Its value is never shown. */
  readonly isSecret?: boolean;
}

export const variableTexts: Readonly<Record<VariableName, VariableText>> = {
  PORT: { text: 'Port to listen on; 0 takes a free one.' },
  HOST: { text: 'Address to listen on. Behind anything but loopback, put TLS in front.' },
  DATABASE_URL: {
    text: 'PostgreSQL 15 or newer. Needs MAESTRO_ENCRYPTION_KEYS.',
    otherwise: 'a private PostgreSQL under the data directory',
    isSecret: true,
  },
  MAESTRO_POSTGRES_BIN: {
    text: 'Folder with initdb and postgres, for the private PostgreSQL.',
    otherwise: 'those of the system, then those of npm',
  },
  MAESTRO_DATA_DIR: {
    text: 'Where the private PostgreSQL and the keys made at the first start lie.',
    otherwise: "the platform's state folder; /var/lib/maestro for root",
  },
  MAESTRO_ADMIN_KEY: {
    text: 'The key with every right: 32 characters or more, and no sample.',
    otherwise: 'made at the first start, printed once, kept in the data directory',
    isSecret: true,
  },
  MAESTRO_ENCRYPTION_KEYS: {
    text: 'Keys that seal the credentials: id=base64 of 32 bytes, separated by commas.',
    otherwise: 'without DATABASE_URL, a key file is made at the first start',
    isSecret: true,
  },
  MAESTRO_ENCRYPTION_PRIMARY: {
    text: 'Id of the key that new secrets are sealed with; needed where there are several.',
    otherwise: 'the only key',
  },
  MAESTRO_PROVIDER_PACKAGES: { text: 'npm packages with further providers, separated by commas.', otherwise: 'none' },
  MAESTRO_COMPATIBLE_PROVIDERS: {
    text: 'JSON file of further vendors whose wire is known: [{ id, displayName, baseUrl, dialect, differences? }].',
    otherwise: 'none',
  },
  MAESTRO_FIND_LOCAL: { text: 'true: model servers of this machine are looked for at their usual ports, and what answers is told.' },
  MAESTRO_PROVIDERS_STRICT: { text: 'true: a faulty provider stops the start instead of being left out.' },
  MAESTRO_ALLOW_PRIVATE_UPSTREAMS: { text: "true: a session's own base URL may be http or lie in a private network." },
  MAESTRO_METRICS_OPEN: { text: 'true: /metrics asks for no key. Else it takes one with scope admin.' },
  MAESTRO_RPC_URLS: {
    text: 'Doors for messages, separated by commas: tcp://host:port to listen on, nats://, redis:// and amqp:// of brokers (see docs/messages.md).',
    otherwise: 'none',
    isSecret: true,
  },
  MAESTRO_DRAIN_MS: { text: 'Milliseconds that running streams get to finish when the gateway is stopped.' },
  MAESTRO_USAGE_DAYS: { text: 'Days that the usage of callers and sessions is kept for.' },
  MAESTRO_WORKERS: { text: 'Processes that serve, on one port; about as many as there are cores (see docs/scaling.md).' },
  MAESTRO_MAX_ANSWERS: { text: 'Answers under way at a time in this process; over it 503 (see docs/limits.md).' },
  MAESTRO_WRONG_KEYS_PER_MINUTE: { text: 'Wrong keys in a minute from one address; over it 429.' },
  HTTPS_PROXY: { text: 'Proxy for every call of a provider and of its logins; also https_proxy.', otherwise: 'none', isSecret: true },
  HTTP_PROXY: { text: 'The same for providers whose address begins with http://; also http_proxy.', otherwise: 'none', isSecret: true },
  NO_PROXY: {
    text: 'Hosts that are reached without a proxy, separated by commas: names with their subdomains, addresses, networks, or *; also no_proxy.',
    otherwise: 'none',
  },
  LOG_LEVEL: { text: `One of ${logLevels.join(', ')}.` },
  MAESTRO_LOG_FORMAT: { text: 'json or pretty.', otherwise: 'pretty in a terminal, else json' },
  ...telemetryTexts,
};
