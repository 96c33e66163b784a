import type { StreamObserverFactory } from '../core/chat/stream-observer.port.js';
import type { RefreshObserver } from '../core/refresh/refresh-observer.port.js';
import type { MetricsPage } from '../core/telemetry/metrics-page.port.js';
import type { RequestObserver } from '../core/telemetry/request-observer.port.js';
import type { GatewayState } from './gateway-state.js';
import { PrometheusMetrics } from './prometheus.js';

/** Everything that watches a gateway at work. */
export interface Telemetry {
  readonly metrics: MetricsPage;
  readonly requestObservers: readonly RequestObserver[];
  readonly streamObservers: readonly StreamObserverFactory[];
  readonly refreshObservers: readonly RefreshObserver[];
  /** Tells it of a gateway that has started. */
  watch(state: GatewayState): void;
}

export function startTelemetry(): Telemetry {
  const metrics = new PrometheusMetrics();
  return {
    metrics,
    requestObservers: [metrics],
    streamObservers: [(chat) => metrics.answer(chat)],
    refreshObservers: [
      (end) => {
        metrics.refreshed(end);
      },
    ],
    watch(state) {
      metrics.watch(state);
    },
  };
}
