import { rmSync } from 'node:fs';

import type { NestApplicationOptions, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { AppModule } from './app.module.js';
import { adminKeyIn } from './config/admin-key.js';
import type { Environment } from './config/environment.js';
import { Secret } from './contracts/secret.js';
import { RunningAnswers } from './core/chat/running-answers.js';
import { AttemptWatch } from './core/refresh/attempt-watch.js';
import { ProviderBreaker } from './core/refresh/provider-breaker.js';
import { RefreshAhead } from './core/refresh/refresh-ahead.js';
import { TokenRefresh } from './core/refresh/token-refresh.js';
import { ProviderRegistry } from './core/registry/provider-registry.js';
import { databaseFrom, keySettingsFrom, rememberSettings, secretsIn, spoolFolderIn } from './environment-settings.js';
import type { GatewayState } from './observability/gateway-state.js';
import type { PinoLogger } from './observability/pino-logger.js';
import type { SecretFilter } from './observability/secret-filter.js';
import type { Telemetry } from './observability/telemetry.js';
import { startTelemetry } from './observability/telemetry.js';
import { loadKeys } from './persistence/encryption/key-file.js';
import type { KeyRing } from './persistence/encryption/key-ring.js';
import type { ProcessMetrics } from './observability/gathered-metrics.js';
import { DatabasePool } from './persistence/database-pool.js';
import { gatewayAdapter, prepareGateway } from './transports/http/gateway.js';
import { QuietConnections } from './transports/http/quiet-connections.js';
import type { RpcDoors } from './transports/rpc/connect-rpc.js';
import { connectRpc } from './transports/rpc/connect-rpc.js';

export interface GatewayOptions {
  readonly environment: Environment;
  /** Absolute. */
  readonly providersFolders: readonly string[];
  readonly logger: PinoLogger;
  readonly filter: SecretFilter;
  /** What every process of this gateway counts; absent: it is this one alone. */
  readonly metricsOfAll?: () => Promise<readonly ProcessMetrics[]>;
}

export interface Gateway {
  readonly url: string;
  /** Where the doors for messages are, without what must not be shown. */
  readonly rpcAddresses: readonly string[];
  /** Where the admin key lies, if it lies in a file. */
  readonly adminKeyFile?: string;
  /** Given by the one start that made it. */
  readonly newAdminKey?: Secret;
  /** Where the encryption keys lie, if they lie in a file. */
  readonly encryptionKeyFile?: string;
  /** What this process counts. */
  readonly metrics: () => Promise<ProcessMetrics>;
  /** Lets running answers finish, then closes everything. Called again, it hurries. */
  stop(): Promise<void>;
}

/** Milliseconds for requests that are no streams; then their connections are cut. */
const closingMs = 10_000;

/** Milliseconds between two looks for connections on which nobody waits any more. */
const quietLookMs = 50;

/** Starts everything that a gateway is. @throws MaestroError, EnvironmentError */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { environment, filter } = options;
  const keys = await loadKeys(keySettingsFrom(environment));
  const given = environment.adminKey;
  const kept = given === undefined ? adminKeyIn(environment.dataDir) : undefined;
  const adminKey = Secret.of(given ?? kept?.key ?? '');
  for (const secret of [adminKey, ...secretsIn(environment)]) filter.remember(secret);
  const telemetry = await startTelemetry({ otlp: environment.otlp, metricsOfAll: options.metricsOfAll });
  const { app, doors, quiet } = await listening(options, adminKey, keys.keyRing, telemetry).catch(async (error: unknown) => {
    await telemetry.close();
    // A key that nobody was told is of no use: the start that succeeds makes one, and tells it.
    if (kept?.isNew === true) rmSync(kept.file, { force: true });
    throw error;
  });
  return {
    url: addressOf(app, environment.host),
    rpcAddresses: doors.addresses,
    ...(kept !== undefined && { adminKeyFile: kept.file }),
    ...(kept?.isNew === true && { newAdminKey: adminKey }),
    ...(keys.file !== undefined && { encryptionKeyFile: keys.file }),
    metrics: () => telemetry.ownMetrics(),
    stop: stopper({ app, doors, quiet, telemetry }, environment.drainMs),
  };
}

interface Listening {
  readonly quiet: QuietConnections;
  readonly app: NestFastifyApplication;
  readonly doors: RpcDoors;
}

async function listening(options: GatewayOptions, adminKey: Secret, keyRing: KeyRing, telemetry: Telemetry): Promise<Listening> {
  const { environment, providersFolders, logger, filter } = options;
  const persistence = { keyRing, database: databaseFrom(environment), spoolFolder: spoolFolderIn(environment) };
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class and documents a literal.
  const nestOptions: NestApplicationOptions = { logger, bodyParser: false, abortOnError: false };
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot({ environment, adminKey, persistence, providersFolders, telemetry }),
    gatewayAdapter(),
    nestOptions,
  );
  try {
    prepareGateway(app);
    rememberSettings(app.get(ProviderRegistry, { strict: false }), environment, filter);
    telemetry.watch(stateOf(app));
    const doors = await connectRpc(app, environment.rpcUrls ?? []);
    const quiet = new QuietConnections(app.getHttpServer());
    await app.listen({ port: environment.port, host: environment.host });
    return { app, doors, quiet };
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** What a scrape reads of the running parts. */
function stateOf(app: NestFastifyApplication): GatewayState {
  const from = <T>(type: Type<T>): T => app.get(type, { strict: false });
  const registry = from(ProviderRegistry);
  const pool = app.get<unknown, DatabasePool>(DatabasePool, { strict: false });
  const [ahead, breaker, refresh, attempts] = [from(RefreshAhead), from(ProviderBreaker), from(TokenRefresh), from(AttemptWatch)];
  return {
    providers: () => registry.listProviders(),
    telemetryNameOf: (provider) => (registry.serves(provider) ? registry.manifestOf(provider).telemetryName : undefined) ?? provider,
    restingProviders: () => breaker.resting,
    refreshes: () => refresh.running,
    leases: () => attempts.underWay,
    lastRound: () => ahead.lastRoundAt,
    connections: () => pool.load(),
  };
}

function addressOf(app: NestFastifyApplication, host: string): string {
  const address = app.getHttpServer().address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return `http://${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
}

interface Running extends Listening {
  readonly telemetry: Telemetry;
}

function stopper({ app, doors, quiet, telemetry }: Running, drainMs: number): () => Promise<void> {
  const running = app.get(RunningAnswers, { strict: false });
  const ahead = app.get(RefreshAhead, { strict: false });
  let closed: Promise<void> | undefined;
  return async () => {
    // First of all: what would begin now, nobody here would see the end of.
    const rested = ahead.stop();
    const drained = running.drain(drainMs);
    closed ??= Promise.all([rested, drained, doors.leave()])
      .then(() => close(app, quiet))
      .then(() => telemetry.close());
    await closed;
  };
}

async function close(app: NestFastifyApplication, quiet: QuietConnections): Promise<void> {
  const server = app.getHttpServer();
  const cut = setTimeout(() => {
    server.closeAllConnections();
  }, closingMs);
  const looking = setInterval(() => {
    quiet.close();
  }, quietLookMs);
  try {
    await app.close();
  } finally {
    clearTimeout(cut);
    clearInterval(looking);
  }
}
