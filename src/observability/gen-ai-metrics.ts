import type { Attributes, Histogram, Meter } from '@opentelemetry/api';

import type { Usage } from '../contracts/stream-event.js';

/** The conventions' own. */
const secondsBuckets = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const tokenBuckets = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864];
const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

export interface MeasuredAnswer {
  readonly labels: Attributes;
  readonly seconds: number;
  readonly firstSeconds?: number;
  readonly usage?: Usage;
}

/** Metrics by the conventions' names. */
export function genAiMetrics(meter: Meter): { readonly requestSeconds: Histogram; readonly answered: (answer: MeasuredAnswer) => void } {
  const histogram = (name: string, unit: string, explicitBucketBoundaries: number[]): Histogram =>
    meter.createHistogram(name, { unit, advice: { explicitBucketBoundaries } });
  const duration = histogram('gen_ai.client.operation.duration', 's', secondsBuckets);
  const firstChunk = histogram('gen_ai.client.operation.time_to_first_chunk', 's', secondsBuckets);
  const tokens = histogram('gen_ai.client.token.usage', '{token}', tokenBuckets);
  return {
    requestSeconds: histogram('http.server.request.duration', 's', requestBuckets),
    answered({ labels, seconds, firstSeconds, usage = {} }) {
      duration.record(seconds, labels);
      if (firstSeconds !== undefined) firstChunk.record(firstSeconds, labels);
      for (const type of ['input', 'output'] as const) {
        const count = usage[type];
        if (count !== undefined) tokens.record(count, { ...labels, 'gen_ai.token.type': type });
      }
    },
  };
}
