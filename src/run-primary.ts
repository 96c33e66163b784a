import type { Worker } from 'node:cluster';
import cluster from 'node:cluster';
import { rmSync } from 'node:fs';

import { announce } from './announce.js';
import { adminKeyIn } from './config/admin-key.js';
import type { Environment } from './config/environment.js';
import { exitCodeOf } from './contracts/errors/exit-code.js';
import { Secret } from './contracts/secret.js';
import { keySettingsFrom } from './environment-settings.js';
import { logFormatOf } from './log-format.js';
import { MetricsRounds } from './metrics-rounds.js';
import { PinoLogger } from './observability/pino-logger.js';
import { secretFilter } from './observability/secret-filter.js';
import { loadKeys } from './persistence/encryption/key-file.js';
import type { FromWorker, ToWorker, WorkerAddresses } from './worker-messages.js';
import { isFromWorker } from './worker-messages.js';

/** A worker that ends by itself is replaced; so many of them in so many milliseconds, and it is not the worker's fault. */
const mostDeaths = 5;
const deathsWithinMs = 60_000;

/**
 * One gateway in several processes on one port: this one serves nothing itself. It makes the keys that there must be once, forks the
 * workers, replaces those that die, and lets all of them end in peace. Connections are dealt out in turn.
 */
export async function runPrimary(environment: Environment): Promise<void> {
  const format = logFormatOf(environment);
  const logger = new PinoLogger({ level: environment.logLevel, format, filter: secretFilter(), worker: 0 });
  const { file: encryptionKeyFile } = await loadKeys(keySettingsFrom(environment));
  const kept = environment.adminKey === undefined ? adminKeyIn(environment.dataDir) : undefined;
  const primary = new Primary(environment.workers, logger);
  const addresses = await primary.start((exitCode) => {
    // A key that nobody was told is of no use: the start that succeeds makes one, and tells it.
    if (kept?.isNew === true) rmSync(kept.file, { force: true });
    process.exit(exitCode);
  });
  announce(
    {
      ...addresses,
      dataDir: environment.databaseUrl === undefined ? environment.dataDir : undefined,
      adminKeyFile: kept?.file,
      newAdminKey: kept?.isNew === true ? Secret.of(kept.key) : undefined,
      encryptionKeyFile,
      workers: environment.workers,
    },
    format,
    logger,
  );
}

class Primary {
  private readonly metrics = new MetricsRounds();
  private deaths: readonly number[] = [];
  private isStopping = false;
  private exitCode = 0;

  constructor(
    private readonly workers: number,
    private readonly logger: PinoLogger,
  ) {}

  /** Resolves when all serve. The first one alone at first: it migrates, and says for all what stands in the way. */
  async start(onFailedStart: (exitCode: number) => void): Promise<WorkerAddresses> {
    cluster.schedulingPolicy = cluster.SCHED_RR;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        this.stop();
      });
    }
    const failed = (code: number | null): void => {
      onFailedStart(code ?? exitCodeOf.internal);
    };
    const first = cluster.fork().once('exit', failed);
    const addresses = await listening(first, (worker, message) => {
      this.hear(worker, message);
    });
    first.off('exit', failed);
    this.watch(first);
    await Promise.all(Array.from({ length: this.workers - 1 }, () => this.fork()));
    return addresses;
  }

  private async fork(): Promise<void> {
    const worker = cluster.fork();
    this.watch(worker);
    await listening(worker, (from, message) => {
      this.hear(from, message);
    });
  }

  private watch(worker: Worker): void {
    worker.once('exit', (code: number | null, signal: string | null) => {
      this.ended(worker, code, signal);
    });
  }

  private hear(worker: Worker, message: FromWorker): void {
    if (message.maestro === 'metrics') this.metrics.tell(message.round, message.metrics);
    if (message.maestro !== 'metrics-wanted') return;
    const { request } = message;
    const ask = (round: number): number => this.tellAll({ maestro: 'tell-metrics', round });
    void this.metrics.gather(ask).then((metrics) => {
      tell(worker, { maestro: 'metrics-of-all', request, metrics });
    });
  }

  /** Called again, it hurries. */
  private stop(): void {
    this.isStopping = true;
    if (this.tellAll({ maestro: 'stop' }) === 0) process.exit(this.exitCode);
  }

  private ended(worker: Worker, code: number | null, signal: string | null): void {
    if (!this.isStopping) this.replace(worker, code, signal);
    else if (code !== 0) this.exitCode = code ?? exitCodeOf.internal;
    if (this.isStopping && Object.keys(cluster.workers ?? {}).length === 0) process.exit(this.exitCode);
  }

  private replace({ id }: Worker, code: number | null, signal: string | null): void {
    const now = performance.now();
    this.deaths = [...this.deaths.filter((at) => now - at < deathsWithinMs), now];
    const isTooMuch = this.deaths.length >= mostDeaths;
    const text = isTooMuch ? 'workers keep ending; the gateway stops' : 'a worker ended, and another takes its place';
    this.logger.error({ text, ended: id, code, signal }, 'Main');
    if (isTooMuch) {
      this.exitCode = exitCodeOf.internal;
      this.stop();
    } else void this.fork();
  }

  /** @returns how many there are */
  private tellAll(message: ToWorker): number {
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    return workers.filter((worker) => tell(worker, message)).length;
  }
}

function tell(worker: Worker, message: ToWorker): boolean {
  if (!worker.isConnected()) return false;
  // One that ends at this very moment is seen to have ended.
  worker.send(message, () => undefined);
  return true;
}

/** Resolves when the worker serves; goes on hearing what it says. */
function listening(worker: Worker, hear: (worker: Worker, message: FromWorker) => void): Promise<WorkerAddresses> {
  return new Promise((resolve) => {
    worker.on('message', (message: unknown) => {
      if (!isFromWorker(message)) return;
      if (message.maestro === 'listening') resolve(message.addresses);
      else hear(worker, message);
    });
  });
}
