import { IsIn, IsInt, IsOptional, IsUrl, Matches, Max, Min } from 'class-validator';

const anAddress = (): PropertyDecorator =>
  IsUrl(
    { protocols: ['http', 'https'], require_protocol: true, require_tld: false },
    { message: 'an address beginning with http:// or https://' },
  );
const pairs = /^\s*[^\s=,]+\s*=[^,]*(,\s*[^\s=,]+\s*=[^,]*)*$/;

export const traceSamplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
export type TraceSampler = (typeof traceSamplers)[number];

/** OpenTelemetry's own variables, as far as they are obeyed, by the names that its specification gives them. */
export class TelemetryVariables {
  @IsOptional()
  @anAddress()
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;

  @IsOptional()
  @anAddress()
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string;

  @IsOptional()
  @anAddress()
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT?: string;

  @IsOptional()
  @Matches(pairs, { message: 'a list of name=value, separated by commas' })
  OTEL_EXPORTER_OTLP_HEADERS?: string;

  @IsIn(['http/json'], { message: 'http/json' })
  OTEL_EXPORTER_OTLP_PROTOCOL = 'http/json';

  @Matches(/\S/, { message: 'a name' })
  OTEL_SERVICE_NAME = 'maestro';

  @IsOptional()
  @Matches(pairs, { message: 'a list of name=value, separated by commas' })
  OTEL_RESOURCE_ATTRIBUTES?: string;

  @IsIn(traceSamplers, { message: `one of ${traceSamplers.join(', ')}` })
  OTEL_TRACES_SAMPLER: TraceSampler = 'parentbased_always_on';

  @IsOptional()
  @Matches(/^(0(\.\d+)?|1(\.0+)?)$/, { message: 'a number from 0 to 1' })
  OTEL_TRACES_SAMPLER_ARG?: string;

  @IsInt({ message: 'a whole number of milliseconds from 100 to 3600000' })
  @Min(100, { message: 'a whole number of milliseconds from 100 to 3600000' })
  @Max(3_600_000, { message: 'a whole number of milliseconds from 100 to 3600000' })
  OTEL_METRIC_EXPORT_INTERVAL = 60_000;

  @IsIn(['true', 'false'], { message: 'true or false' })
  OTEL_SDK_DISABLED = 'false';

  @IsIn(['true', 'false', '1', '0'], { message: 'true or false' })
  MAESTRO_TRACE_UPSTREAM = 'false';
}

export const telemetryTexts = {
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    text: 'Collector that traces and metrics are sent to, below /v1/traces and /v1/metrics.',
    otherwise: 'none are made',
  },
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: { text: 'Whole address for traces.', otherwise: 'as the one above says' },
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: { text: 'Whole address for metrics.', otherwise: 'as the one above says' },
  OTEL_EXPORTER_OTLP_HEADERS: {
    text: 'What is sent along to the collector: name=value, separated by commas.',
    otherwise: 'nothing',
    isSecret: true,
  },
  OTEL_EXPORTER_OTLP_PROTOCOL: { text: 'How it is sent; there is no other.' },
  OTEL_SERVICE_NAME: { text: 'What this gateway is called in traces and metrics.' },
  OTEL_RESOURCE_ATTRIBUTES: { text: 'What else is said of it: name=value, separated by commas.', otherwise: 'nothing' },
  OTEL_TRACES_SAMPLER: { text: `Which requests are traced: ${traceSamplers.join(', ')}.` },
  OTEL_TRACES_SAMPLER_ARG: { text: 'For traceidratio: the part of the requests, 0 to 1.', otherwise: '1' },
  OTEL_METRIC_EXPORT_INTERVAL: { text: 'Milliseconds between two sendings of the metrics.' },
  OTEL_SDK_DISABLED: { text: 'true: nothing is made, whatever else is set.' },
  MAESTRO_TRACE_UPSTREAM: { text: 'true: providers are told where they stand in the trace (traceparent).' },
} satisfies Readonly<Record<keyof TelemetryVariables, object>>;

/** Where traces and metrics go, and how. */
export interface OtlpSettings {
  /** Absent: there are none. */
  readonly tracesUrl?: string;
  readonly metricsUrl?: string;
  /** Secret, and not enumerable. */
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
  readonly resource: Readonly<Record<string, string>>;
  readonly sampler: TraceSampler;
  /** 0 to 1. */
  readonly samplerRatio: number;
  readonly metricIntervalMs: number;
  /** Providers are told of the trace. */
  readonly isToldUpstream: boolean;
}

/** `undefined` where nobody wants any. */
export function otlpSettingsFrom(variables: TelemetryVariables): OtlpSettings | undefined {
  if (variables.OTEL_SDK_DISABLED === 'true') return undefined;
  const base = variables.OTEL_EXPORTER_OTLP_ENDPOINT?.replace(/\/+$/, '');
  const tracesUrl = variables.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? (base && `${base}/v1/traces`);
  const metricsUrl = variables.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT ?? (base && `${base}/v1/metrics`);
  if (tracesUrl === undefined && metricsUrl === undefined) return undefined;
  const open = {
    ...(tracesUrl !== undefined && { tracesUrl }),
    ...(metricsUrl !== undefined && { metricsUrl }),
    serviceName: variables.OTEL_SERVICE_NAME,
    resource: pairsFrom(variables.OTEL_RESOURCE_ATTRIBUTES),
    sampler: variables.OTEL_TRACES_SAMPLER,
    samplerRatio: Number(variables.OTEL_TRACES_SAMPLER_ARG ?? 1),
    metricIntervalMs: variables.OTEL_METRIC_EXPORT_INTERVAL,
    isToldUpstream: ['true', '1'].includes(variables.MAESTRO_TRACE_UPSTREAM),
  };
  const headers = pairsFrom(variables.OTEL_EXPORTER_OTLP_HEADERS);
  return Object.freeze(Object.defineProperty(open, 'headers', { value: headers, enumerable: false })) as OtlpSettings;
}

/** Percent-encoded, as W3C Baggage writes them. */
function pairsFrom(text = ''): Readonly<Record<string, string>> {
  const entries = text.split(',').filter((entry) => entry.includes('='));
  return Object.fromEntries(
    entries.map((entry) => [entry.slice(0, entry.indexOf('=')).trim(), decoded(entry.slice(entry.indexOf('=') + 1).trim())]),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
