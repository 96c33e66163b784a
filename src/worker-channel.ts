import cluster from 'node:cluster';

import type { ProcessMetrics } from './observability/gathered-metrics.js';
import type { FromWorker, ToWorker, WorkerAddresses } from './worker-messages.js';
import { isToWorker } from './worker-messages.js';

/** A worker's side of the channel to the process that forked it. */
export interface WorkerChannel {
  /** What all workers count. */
  readonly metricsOfAll: () => Promise<readonly ProcessMetrics[]>;
  /** Tells that this worker serves. */
  listening(gateway: Serving & WorkerAddresses): void;
}

interface Serving {
  readonly metrics: () => Promise<ProcessMetrics>;
  /** Called when it shall not serve any more; again, to hurry. */
  readonly stop: () => void;
}

export function workerChannel(channel: NodeJS.Process = process): WorkerChannel {
  const wanted = new Map<number, (metrics: readonly ProcessMetrics[]) => void>();
  let count = 0;
  let gateway: Serving | undefined;
  const send = (message: FromWorker): void => {
    if (channel.connected) channel.send?.(message);
  };
  const hear = (message: ToWorker): void => {
    switch (message.maestro) {
      case 'stop':
        stopped();
        return;
      case 'tell-metrics':
        void gateway?.metrics().then((metrics) => {
          send({ maestro: 'metrics', round: message.round, metrics });
        });
        return;
      case 'metrics-of-all':
        wanted.get(message.request)?.(message.metrics);
        wanted.delete(message.request);
    }
  };
  /** What has not begun has nothing to finish. */
  const stopped = (): void => {
    if (gateway === undefined) process.exit(0);
    gateway.stop();
  };
  // A terminal sends its signals to every process of a group, and so do supervisors. Who forked this one tells when to stop.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) channel.on(signal, () => undefined);
  channel.on('message', (message: unknown) => {
    if (isToWorker(message)) hear(message);
  });
  // Nobody is left to tell it to stop. Node would end it on the spot, unless it takes the end of the channel for wanted.
  if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true;
  channel.once('disconnect', stopped);
  return {
    metricsOfAll: () =>
      new Promise((resolve) => {
        count += 1;
        wanted.set(count, resolve);
        send({ maestro: 'metrics-wanted', request: count });
      }),
    listening({ url, rpcAddresses, ...serving }) {
      gateway = serving;
      send({ maestro: 'listening', addresses: { url, rpcAddresses } });
    },
  };
}
