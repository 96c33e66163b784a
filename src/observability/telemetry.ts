import type { ObservedChat, StreamObserverFactory } from '../core/chat/stream-observer.port.js';
import type { RefreshObserver } from '../core/refresh/refresh-observer.port.js';
import type { MetricsPage } from '../core/telemetry/metrics-page.port.js';
import type { RequestObserver } from '../core/telemetry/request-observer.port.js';
import type { ProcessMetrics } from './gathered-metrics.js';
import { GatheredMetrics } from './gathered-metrics.js';
import type { GatewayState } from './gateway-state.js';
import type { OtlpOptions } from './otlp-options.js';
import { PrometheusMetrics } from './prometheus.js';

/** Everything that watches a gateway at work. */
export interface Telemetry {
  readonly metrics: MetricsPage;
  /** What this process counts, for whoever sums up. */
  readonly ownMetrics: () => Promise<ProcessMetrics>;
  readonly requestObservers: readonly RequestObserver[];
  readonly streamObservers: readonly StreamObserverFactory[];
  readonly refreshObservers: readonly RefreshObserver[];
  /** Tells it of a gateway that has started. */
  watch(state: GatewayState): void;
  /** Sends what is left to send. */
  close(): Promise<void>;
}

export interface TelemetryOptions {
  /** Absent: nothing of OpenTelemetry is loaded. */
  readonly otlp?: OtlpOptions | undefined;
  /** What all processes of a gateway count; absent: there is one. */
  readonly metricsOfAll?: (() => Promise<readonly ProcessMetrics[]>) | undefined;
}

export async function startTelemetry({ otlp, metricsOfAll }: TelemetryOptions): Promise<Telemetry> {
  const metrics = new PrometheusMetrics();
  const sent = otlp && new (await import('./open-telemetry.js')).OpenTelemetry(otlp);
  return {
    metrics: metricsOfAll === undefined ? metrics : new GatheredMetrics(metricsOfAll),
    ownMetrics: () => metrics.json(),
    requestObservers: [metrics, ...(sent === undefined ? [] : [sent])],
    streamObservers: [(chat) => metrics.answer(chat), ...(sent === undefined ? [] : [(chat: ObservedChat) => sent.answer(chat)])],
    refreshObservers: [
      (end) => {
        metrics.refreshed(end);
      },
    ],
    watch(state) {
      metrics.watch(state);
      sent?.nameProviders(state.telemetryNameOf);
    },
    async close() {
      await sent?.close();
    },
  };
}
