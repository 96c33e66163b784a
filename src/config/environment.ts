import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';

import { validateSync } from 'class-validator';

import { errorCodeOf } from './error-code.js';
import type { OtlpSettings } from './telemetry-variables.js';
import { otlpSettingsFrom } from './telemetry-variables.js';
import type { LogFormat, LogLevel, VariableName } from './variables.js';
import { EnvironmentVariables, variableTexts } from './variables.js';

/** What Maestro was told by its environment; read once, frozen. Values that are secret are not enumerable, so printing it shows none. */
export interface Environment {
  readonly port: number;
  readonly host: string;
  /** Secret. Absent: the private PostgreSQL. */
  readonly databaseUrl?: string;
  readonly postgresBin?: string;
  /** Absolute. */
  readonly dataDir: string;
  /** Secret. Absent: `adminKeyIn(dataDir)`. */
  readonly adminKey?: string;
  /** Secret. `id=base64,…` */
  readonly encryptionKeys?: string;
  readonly encryptionPrimary?: string;
  readonly providerPackages: readonly string[];
  /** Absolute. */
  readonly compatibleProvidersFile?: string;
  readonly isFindingLocal: boolean;
  readonly areProvidersStrict: boolean;
  readonly arePrivateUpstreamsAllowed: boolean;
  /** `/metrics` asks for no key. */
  readonly areMetricsOpen: boolean;
  /** Secret: an address may hold a password. Absent: no doors for messages. */
  readonly rpcUrls?: readonly string[];
  /** Milliseconds. */
  readonly drainMs: number;
  readonly usageDays: number;
  /** Processes that serve. */
  readonly workers: number;
  readonly maxAnswers: number;
  readonly wrongKeysPerMinute: number;
  /** Secret: it may hold a password. */
  readonly httpsProxy?: string;
  /** Secret, as `httpsProxy`. */
  readonly httpProxy?: string;
  readonly noProxy?: string;
  /** OpenTelemetry; absent: not wanted. */
  readonly otlp?: OtlpSettings;
  readonly logLevel: LogLevel;
  readonly logFormat?: LogFormat;
  /** A provider's own setting by its environment name, or from the file that `NAME_FILE` names. @throws EnvironmentError */
  readonly lookup: (name: string) => string | undefined;
}

/** Each problem is one line that names its variable and shows no secret. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

export type EnvironmentSource = Readonly<Record<string, string | undefined>>;

/**
 * Reads the process's environment, completed by `.env` in the working folder, or the given source alone.
 *
 * @throws EnvironmentError naming every bad variable
 */
export function loadEnvironment(source: EnvironmentSource = processEnvironment()): Environment {
  const problems: string[] = [];
  const variables = new EnvironmentVariables();
  for (const name of variableNames) {
    try {
      const text = inEitherCase.has(name) ? valueInEitherCase(source, name) : valueOf(source, name);
      if (text !== undefined) Object.assign(variables, { [name]: numeric.has(name) ? numberFrom(text) : text });
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      problems.push(...error.problems);
    }
  }
  problems.push(...validateSync(variables).map(({ property, constraints }) => problemLine(property, constraints, source)));
  if (problems.length > 0) throw new EnvironmentError(problems);
  return environmentFrom(variables, source);
}

const variableNames = Object.keys(variableTexts) as readonly VariableName[];
const numeric: ReadonlySet<VariableName> = new Set<VariableName>([
  'PORT',
  'MAESTRO_DRAIN_MS',
  'MAESTRO_USAGE_DAYS',
  'MAESTRO_WORKERS',
  'MAESTRO_MAX_ANSWERS',
  'MAESTRO_WRONG_KEYS_PER_MINUTE',
  'OTEL_METRIC_EXPORT_INTERVAL',
]);

/** What other programs read in lower case, too. */
const inEitherCase: ReadonlySet<VariableName> = new Set<VariableName>(['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY']);

function valueInEitherCase(source: EnvironmentSource, name: string): string | undefined {
  const lower = name.toLowerCase();
  const [upperValue, lowerValue] = [valueOf(source, name), valueOf(source, lower)];
  if (upperValue === undefined || lowerValue === undefined || upperValue === lowerValue) return upperValue ?? lowerValue;
  throw new EnvironmentError([`${name} and ${lower} are both set, and differ; keep one`]);
}

function processEnvironment(): EnvironmentSource {
  const file = resolve('.env');
  return existsSync(file) ? { ...parseEnv(readFileSync(file, 'utf8')), ...process.env } : process.env;
}

/** An empty value counts as none, as Compose and CI write it. */
function valueOf(source: EnvironmentSource, name: string): string | undefined {
  const direct = source[name] === '' ? undefined : source[name];
  const file = source[`${name}_FILE`];
  if (file === undefined || file === '') return direct;
  if (direct !== undefined) throw new EnvironmentError([`${name} and ${name}_FILE are both set; keep one`]);
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new EnvironmentError([`${name}_FILE names ${JSON.stringify(file)}, which cannot be read (${errorCodeOf(error)})`]);
  }
}

function numberFrom(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

function problemLine(name: string, constraints: Readonly<Record<string, string>> | undefined, source: EnvironmentSource): string {
  const rule = Object.values(constraints ?? {})[0] ?? 'something else';
  const isSecret = variableTexts[name as VariableName].isSecret === true;
  const shown = isSecret || source[name] === undefined ? '' : `, not ${JSON.stringify(source[name].slice(0, 80))}`;
  return `${name} must be ${rule}${shown}`;
}

function environmentFrom(variables: EnvironmentVariables, source: EnvironmentSource): Environment {
  const otlp = otlpSettingsFrom(variables);
  const open = {
    port: variables.PORT,
    host: variables.HOST,
    ...(variables.MAESTRO_POSTGRES_BIN !== undefined && { postgresBin: resolve(variables.MAESTRO_POSTGRES_BIN) }),
    dataDir: resolve(variables.MAESTRO_DATA_DIR ?? stateFolder(source)),
    ...(variables.MAESTRO_ENCRYPTION_PRIMARY !== undefined && { encryptionPrimary: variables.MAESTRO_ENCRYPTION_PRIMARY }),
    providerPackages: listFrom(variables.MAESTRO_PROVIDER_PACKAGES),
    ...(variables.MAESTRO_COMPATIBLE_PROVIDERS !== undefined && {
      compatibleProvidersFile: resolve(variables.MAESTRO_COMPATIBLE_PROVIDERS),
    }),
    areProvidersStrict: isTrue(variables.MAESTRO_PROVIDERS_STRICT),
    isFindingLocal: isTrue(variables.MAESTRO_FIND_LOCAL),
    arePrivateUpstreamsAllowed: isTrue(variables.MAESTRO_ALLOW_PRIVATE_UPSTREAMS),
    ...{ drainMs: variables.MAESTRO_DRAIN_MS, usageDays: variables.MAESTRO_USAGE_DAYS, workers: variables.MAESTRO_WORKERS },
    ...{ maxAnswers: variables.MAESTRO_MAX_ANSWERS, wrongKeysPerMinute: variables.MAESTRO_WRONG_KEYS_PER_MINUTE },
    areMetricsOpen: isTrue(variables.MAESTRO_METRICS_OPEN),
    ...(variables.NO_PROXY !== undefined && { noProxy: variables.NO_PROXY }),
    ...(otlp !== undefined && { otlp }),
    logLevel: variables.LOG_LEVEL,
    ...(variables.MAESTRO_LOG_FORMAT !== undefined && { logFormat: variables.MAESTRO_LOG_FORMAT }),
    lookup: (name: string) => valueOf(source, name),
  };
  const secrets = {
    databaseUrl: variables.DATABASE_URL,
    adminKey: variables.MAESTRO_ADMIN_KEY,
    encryptionKeys: variables.MAESTRO_ENCRYPTION_KEYS,
    httpsProxy: variables.HTTPS_PROXY,
    httpProxy: variables.HTTP_PROXY,
    rpcUrls: variables.MAESTRO_RPC_URLS === undefined ? undefined : listFrom(variables.MAESTRO_RPC_URLS),
  };
  for (const [name, value] of Object.entries(secrets)) {
    if (value !== undefined) Object.defineProperty(open, name, { value, enumerable: false });
  }
  return Object.freeze(open);
}

function listFrom(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function isTrue(text: string): boolean {
  return text === 'true' || text === '1';
}

/** Where programs keep what must outlive a restart: the XDG base directories, and what macOS and Windows have for them. */
function stateFolder(source: EnvironmentSource): string {
  if (process.getuid?.() === 0) return '/var/lib/maestro';
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'maestro');
  if (process.platform === 'win32') return join(source['LOCALAPPDATA'] ?? homedir(), 'maestro');
  return join(source['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'maestro');
}
