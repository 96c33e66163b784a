import type { ObservedChat, StreamObserverFactory } from '../core/chat/stream-observer.port.js';
import type { RefreshObserver } from '../core/refresh/refresh-observer.port.js';
import type { MetricsPage } from '../core/telemetry/metrics-page.port.js';
import type { RequestObserver } from '../core/telemetry/request-observer.port.js';
import type { GatewayState } from './gateway-state.js';
import type { OtlpOptions } from './otlp-options.js';
import { PrometheusMetrics } from './prometheus.js';

/** Everything that watches a gateway at work. */
export interface Telemetry {
  readonly metrics: MetricsPage;
  readonly requestObservers: readonly RequestObserver[];
  readonly streamObservers: readonly StreamObserverFactory[];
  readonly refreshObservers: readonly RefreshObserver[];
  /** Tells it of a gateway that has started. */
  watch(state: GatewayState): void;
  /** Sends what is left to send. */
  close(): Promise<void>;
}

/** @param otlp Absent: nothing of OpenTelemetry is loaded. */
export async function startTelemetry(otlp?: OtlpOptions): Promise<Telemetry> {
  const metrics = new PrometheusMetrics();
  const sent = otlp && new (await import('./open-telemetry.js')).OpenTelemetry(otlp);
  return {
    metrics,
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
