import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

/** Seconds, for what takes as long as a model does. */
const longBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];
/** Seconds, for what a gateway does itself. */
const shortBuckets = [0.000_25, 0.000_5, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.5, 2];

/** The gateway's own metrics, in a registry of its own: two gateways in one process count for themselves. */
export function gatewayMetrics(registry: Registry) {
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> =>
    new Counter({ name, help, labelNames, registers });
  const gauge = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
    aggregator: 'sum' | 'min' | 'max' = 'sum',
  ): Gauge<Label> => new Gauge({ name, help, labelNames, registers, aggregator });
  const histogram = <Label extends string>(name: string, help: string, labelNames: readonly Label[], buckets: number[]): Histogram<Label> =>
    new Histogram({ name, help, labelNames, buckets, registers });
  return {
    requests: counter('maestro_http_requests_total', 'Answers to clients, by route and status.', ['method', 'route', 'status']),
    requestSeconds: histogram(
      'maestro_http_request_duration_seconds',
      "From a request's first byte to its answer's last; a stream lasts as long as the model speaks.",
      ['route'],
      longBuckets,
    ),
    requestsRunning: gauge('maestro_http_requests_running', 'Requests whose answers are not over.'),
    overheadSeconds: histogram(
      'maestro_overhead_seconds',
      "The gateway's own part of the time to the first byte, as x-maestro-overhead-ms tells it.",
      ['route'],
      shortBuckets,
    ),
    answers: counter(
      'maestro_upstream_requests_total',
      'What was asked of providers, by how it ended: ok, left (the client did), or the code of the failure.',
      ['provider', 'model', 'operation', 'outcome'],
    ),
    answerSeconds: histogram(
      'maestro_upstream_duration_seconds',
      "From the first asking to the answer's end, further tries included.",
      ['provider', 'operation'],
      longBuckets,
    ),
    firstTokenSeconds: histogram(
      'maestro_upstream_first_token_seconds',
      'From the first asking to the first piece of the answer.',
      ['provider', 'model'],
      longBuckets,
    ),
    tokens: counter(
      'maestro_tokens_total',
      'Tokens as providers count them. input counts cache_read and cache_write in, output counts reasoning in.',
      ['provider', 'model', 'kind'],
    ),
    refreshes: counter('maestro_token_refreshes_total', 'Attempts to refresh a login, by how they ended.', ['provider', 'outcome']),
    refreshSeconds: histogram(
      'maestro_token_refresh_duration_seconds',
      'From the lease to the end of the attempt.',
      ['provider'],
      longBuckets,
    ),
    refreshesRunning: gauge('maestro_token_refreshes_running', 'Refreshes under way in this process.'),
    leases: gauge('maestro_refresh_leases', 'Leases of sessions that this process holds.'),
    lastRound: gauge(
      'maestro_refresh_ahead_last_round_timestamp_seconds',
      'When the refresh ahead last saw to its work. Alarm where it is older than a minute.',
      [],
      // Of several workers the one that is stuck counts.
      'min',
    ),
    breakers: gauge(
      'maestro_provider_breaker_open',
      "1 where a provider's token endpoint fails everybody and is left alone for the moment.",
      ['provider'],
      'max',
    ),
    connections: gauge('maestro_database_connections', 'Connections of the pool, and requests that wait for one.', ['state']),
  };
}

export type GatewayMetrics = ReturnType<typeof gatewayMetrics>;
