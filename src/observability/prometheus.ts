import { collectDefaultMetrics, Registry } from 'prom-client';

import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { ObservedChat, StreamObserver, StreamOutcome } from '../core/chat/stream-observer.port.js';
import type { RefreshEnd } from '../core/refresh/refresh-observer.port.js';
import type { MetricsPage } from '../core/telemetry/metrics-page.port.js';
import type { IncomingRequest, RequestEnd, RequestObserver, RequestWatch } from '../core/telemetry/request-observer.port.js';
import type { AnswerFacts } from './answer-facts.js';
import { noteEvent } from './answer-facts.js';
import type { ProcessMetrics } from './gathered-metrics.js';
import type { GatewayState } from './gateway-state.js';
import { knownModels } from './known-models.js';
import type { GatewayMetrics } from './metrics.js';
import { gatewayMetrics } from './metrics.js';

const noRoute = 'none';

/**
 * Counts what a gateway does, for Prometheus. Labels are of a bounded set: routes and codes of ours, ids of providers, and models
 * that have answered. No caller, no session, nothing that a client wrote.
 */
export class PrometheusMetrics implements RequestObserver, MetricsPage {
  private readonly registry = new Registry();
  private readonly metrics: GatewayMetrics = gatewayMetrics(this.registry);
  private readonly models = knownModels();
  private state: GatewayState | undefined;

  constructor(private readonly now: () => number = () => performance.now()) {
    collectDefaultMetrics({ register: this.registry });
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  async text(): Promise<string> {
    this.readState();
    return this.registry.metrics();
  }

  /** The same, to be summed up with what other processes count. */
  json(): Promise<ProcessMetrics> {
    this.readState();
    return this.registry.getMetricsAsJSON();
  }

  /** Where the gauges are read from, as soon as there is a gateway. */
  watch(state: GatewayState): void {
    this.state = state;
  }

  begin({ method }: IncomingRequest): RequestWatch {
    this.metrics.requestsRunning.inc();
    return {
      end: (end) => {
        this.ended(method, end);
      },
    };
  }

  answer({ session: { provider }, model, operation }: ObservedChat): StreamObserver {
    const facts: AnswerFacts = { begin: this.now() };
    return {
      milestone: (event) => {
        noteEvent(facts, event, this.now);
      },
      end: (outcome) => {
        if (outcome.kind === 'finished') this.models.learn(provider, model);
        const labels = { provider, model: this.models.label(provider, model) };
        this.metrics.answers.inc({ ...labels, operation, outcome: wordFor(outcome) });
        this.metrics.answerSeconds.observe({ provider, operation }, (this.now() - facts.begin) / 1_000);
        if (facts.firstAt !== undefined) this.metrics.firstTokenSeconds.observe(labels, (facts.firstAt - facts.begin) / 1_000);
        this.countTokens(labels, facts);
      },
    };
  }

  refreshed({ provider, outcome, milliseconds }: RefreshEnd): void {
    this.metrics.refreshes.inc({ provider, outcome });
    this.metrics.refreshSeconds.observe({ provider }, milliseconds / 1_000);
  }

  private ended(method: string, { route = noRoute, status, milliseconds, overheadMs }: RequestEnd): void {
    const { requestsRunning, requests, requestSeconds, overheadSeconds } = this.metrics;
    requestsRunning.dec();
    requests.inc({ method, route, status: String(status) });
    requestSeconds.observe({ route }, milliseconds / 1_000);
    if (overheadMs !== undefined) overheadSeconds.observe({ route }, overheadMs / 1_000);
  }

  private countTokens(labels: { readonly provider: string; readonly model: string }, { usage }: AnswerFacts): void {
    if (usage === undefined) return;
    const { input, output, cacheRead, cacheWrite, reasoning } = usage;
    const counts = { input, output, cache_read: cacheRead, cache_write: cacheWrite, reasoning };
    for (const [kind, count] of Object.entries(counts)) {
      // A provider's own word: what is no count of anything is not added to one.
      if (count !== undefined && count > 0 && Number.isFinite(count)) this.metrics.tokens.inc({ ...labels, kind }, count);
    }
  }

  private readState(): void {
    if (this.state !== undefined) this.read(this.state);
  }

  private read({ providers, restingProviders, refreshes, leases, lastRound, connections }: GatewayState): void {
    const { breakers, refreshesRunning, leases: held, lastRound: round, connections: pool } = this.metrics;
    const resting = new Set(restingProviders());
    for (const provider of providers()) breakers.set({ provider }, resting.has(provider) ? 1 : 0);
    refreshesRunning.set(refreshes());
    held.set(leases());
    const at = lastRound();
    if (at !== undefined) round.set(at.getTime() / 1_000);
    for (const [state, count] of Object.entries(connections())) pool.set({ state }, count);
  }
}

function wordFor(outcome: StreamOutcome): string {
  if (outcome.kind !== 'failed') return outcome.kind === 'finished' ? 'ok' : 'left';
  return MaestroError.from(outcome.error).code;
}
