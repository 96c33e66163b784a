/** Where OpenTelemetry's signals go, and how. */
export interface OtlpOptions {
  /** Absent: no traces are made. */
  readonly tracesUrl?: string;
  /** Absent: no metrics are made. */
  readonly metricsUrl?: string;
  /** Sent along to the collector. Secret. */
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
  readonly resource: Readonly<Record<string, string>>;
  /** As `OTEL_TRACES_SAMPLER` names it. */
  readonly sampler: string;
  /** 0 to 1. */
  readonly samplerRatio: number;
  readonly metricIntervalMs: number;
  /** Providers are told where they stand in the trace. */
  readonly isToldUpstream: boolean;
}
