import type { Attributes, Meter, Span, Tracer } from '@opentelemetry/api';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import type { Sampler } from '@opentelemetry/sdk-trace-base';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';

import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { ObservedChat, StreamObserver, StreamOutcome } from '../core/chat/stream-observer.port.js';
import type { IncomingRequest, RequestEnd, RequestObserver, RequestWatch } from '../core/telemetry/request-observer.port.js';
import type { AnswerFacts } from './answer-facts.js';
import { noteEvent } from './answer-facts.js';
import { attributesOfAnswer, attributesOfUsage, operationOf } from './gen-ai.js';
import { genAiMetrics } from './gen-ai-metrics.js';
import { knownModels } from './known-models.js';
import type { OtlpOptions } from './otlp-options.js';
import { contextFrom, traceparentOf } from './trace-place.js';

const scope = 'maestro';

/** A signal that goes nowhere is not made. */
interface Providers {
  readonly tracing?: BasicTracerProvider;
  readonly metering?: MeterProvider;
}

/**
 * Spans and metrics by OpenTelemetry's conventions for HTTP and for generative AI, sent by OTLP. Its providers are this gateway's
 * own: nothing global is set, no context travels by itself. Never a message's content, never a name that a person gave.
 */
export class OpenTelemetry implements RequestObserver {
  private readonly providers: Providers;
  private readonly tracer: Tracer | undefined;
  private readonly metrics: ReturnType<typeof genAiMetrics> | undefined;
  private readonly models = knownModels();
  private nameOf = (provider: string): string => provider;

  constructor(
    private readonly options: OtlpOptions,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.providers = providersFrom(options);
    this.tracer = this.providers.tracing?.getTracer(scope);
    const meter: Meter | undefined = this.providers.metering?.getMeter(scope);
    this.metrics = meter && genAiMetrics(meter);
  }

  /** What the conventions call a provider, as soon as there is a gateway that knows. */
  nameProviders(nameOf: (provider: string) => string): void {
    this.nameOf = nameOf;
  }

  begin({ method, requestId, traceparent }: IncomingRequest): RequestWatch {
    const attributes = { 'http.request.method': method, 'url.scheme': 'http', 'maestro.request.id': requestId };
    const span = this.tracer?.startSpan(method, { kind: SpanKind.SERVER, attributes }, contextFrom(traceparent));
    const end = (ended: RequestEnd): void => {
      this.requestEnded(method, span, ended);
    };
    return span === undefined ? { end } : { traceparent: traceparentOf(span.spanContext()), end };
  }

  answer(chat: ObservedChat): StreamObserver {
    const facts: AnswerFacts = { begin: this.now() };
    const { operation, model, caller, session, streamId } = chat;
    const attributes = {
      'gen_ai.operation.name': operationOf(operation),
      'gen_ai.provider.name': this.nameOf(session.provider),
      'maestro.caller.id': caller.id,
      'maestro.session.id': session.id,
      'maestro.stream.id': streamId,
      ...(model !== '' && { 'gen_ai.request.model': model.slice(0, 200) }),
    };
    const name = model === '' ? operationOf(operation) : `${operationOf(operation)} ${model.slice(0, 200)}`;
    const span = this.tracer?.startSpan(name, { kind: SpanKind.CLIENT, attributes }, contextFrom(caller.origin?.traceparent));
    return {
      ...(span !== undefined && this.options.isToldUpstream && { headers: { traceparent: traceparentOf(span.spanContext()) } }),
      milestone: (event) => {
        noteEvent(facts, event, this.now);
      },
      end: (outcome) => {
        this.answerEnded(chat, facts, span, outcome);
      },
    };
  }

  /** Sends what there is left, for so many milliseconds at most. */
  async close(milliseconds = 3_000): Promise<void> {
    const { tracing, metering } = this.providers;
    const closed = Promise.allSettled([tracing?.shutdown(), metering?.shutdown({ timeoutMillis: milliseconds })]);
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, milliseconds).unref())]);
  }

  private requestEnded(method: string, span: Span | undefined, { route, status, failure, isWhole, milliseconds }: RequestEnd): void {
    const attributes: Attributes = {
      'http.request.method': method,
      'http.response.status_code': status,
      'url.scheme': 'http',
      ...(route !== undefined && { 'http.route': route }),
      ...(failure !== undefined && { 'error.type': failure }),
    };
    this.metrics?.requestSeconds.record(milliseconds / 1_000, attributes);
    if (span === undefined) return;
    if (route !== undefined) span.updateName(`${method} ${route}`);
    span.setAttributes({ ...attributes, ...(!isWhole && { 'maestro.is_whole': false }) });
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  }

  private answerEnded(chat: ObservedChat, facts: AnswerFacts, span: Span | undefined, outcome: StreamOutcome): void {
    const { provider } = chat.session;
    if (outcome.kind === 'finished') this.models.learn(provider, chat.model);
    const failure = outcome.kind === 'failed' ? MaestroError.from(outcome.error).code : undefined;
    const firstSeconds = facts.firstAt === undefined ? undefined : (facts.firstAt - facts.begin) / 1_000;
    this.metrics?.answered({
      labels: {
        'gen_ai.operation.name': operationOf(chat.operation),
        'gen_ai.provider.name': this.nameOf(provider),
        'gen_ai.request.model': this.models.label(provider, chat.model),
        ...(failure !== undefined && { 'error.type': failure }),
      },
      seconds: (this.now() - facts.begin) / 1_000,
      ...(firstSeconds !== undefined && { firstSeconds }),
      ...(facts.usage !== undefined && { usage: facts.usage }),
    });
    if (span === undefined) return;
    span.setAttributes({
      ...attributesOfAnswer(facts, firstSeconds),
      ...attributesOfUsage(facts.usage ?? {}),
      ...(failure && { 'error.type': failure }),
    });
    if (failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: failure });
    if (outcome.kind === 'left') span.setAttribute('maestro.is_whole', false);
    span.end();
  }
}

function providersFrom({
  tracesUrl,
  metricsUrl,
  headers,
  serviceName,
  resource: more,
  metricIntervalMs,
  ...options
}: OtlpOptions): Providers {
  const resource = resourceFromAttributes({ ...more, 'service.name': serviceName });
  const tracing =
    tracesUrl === undefined
      ? undefined
      : new BasicTracerProvider({
          resource,
          sampler: samplerFrom(options),
          spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: tracesUrl, headers: { ...headers } }))],
        });
  const metering =
    metricsUrl === undefined
      ? undefined
      : new MeterProvider({
          resource,
          readers: [
            new PeriodicExportingMetricReader({
              exporter: new OTLPMetricExporter({ url: metricsUrl, headers: { ...headers } }),
              exportIntervalMillis: metricIntervalMs,
              exportTimeoutMillis: Math.min(metricIntervalMs, 10_000),
            }),
          ],
        });
  return { ...(tracing && { tracing }), ...(metering && { metering }) };
}

function samplerFrom({ sampler, samplerRatio }: Pick<OtlpOptions, 'sampler' | 'samplerRatio'>): Sampler {
  const root = rootSampler(sampler.replace('parentbased_', ''), samplerRatio);
  return sampler.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}

function rootSampler(name: string, ratio: number): Sampler {
  if (name === 'always_off') return new AlwaysOffSampler();
  return name === 'traceidratio' ? new TraceIdRatioBasedSampler(ratio) : new AlwaysOnSampler();
}
