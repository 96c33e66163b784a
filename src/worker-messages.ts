import type { ProcessMetrics } from './observability/gathered-metrics.js';

// What the processes of one gateway say to each other, over the channel that they were forked with.

/** Where a worker listens. */
export interface WorkerAddresses {
  readonly url: string;
  readonly rpcAddresses: readonly string[];
}

export type FromWorker =
  | { readonly maestro: 'listening'; readonly addresses: WorkerAddresses }
  /** Somebody wants the metrics of all. */
  | { readonly maestro: 'metrics-wanted'; readonly request: number }
  | { readonly maestro: 'metrics'; readonly round: number; readonly metrics: ProcessMetrics };

export type ToWorker =
  | { readonly maestro: 'stop' }
  | { readonly maestro: 'tell-metrics'; readonly round: number }
  | { readonly maestro: 'metrics-of-all'; readonly request: number; readonly metrics: readonly ProcessMetrics[] };

/** Both ends are of one build; what others send over the channel is none of these. */
export function isFromWorker(message: unknown): message is FromWorker {
  return isOurs(message);
}

export function isToWorker(message: unknown): message is ToWorker {
  return isOurs(message);
}

function isOurs(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'maestro' in message;
}
