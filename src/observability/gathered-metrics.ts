import type { MetricObjectWithValues, MetricValue } from 'prom-client';
import { AggregatorRegistry } from 'prom-client';

import type { MetricsPage } from '../core/telemetry/metrics-page.port.js';

/** What one process counts. */
export type ProcessMetrics = MetricObjectWithValues<MetricValue<string>>[];

/** The page of a gateway in several processes: a scrape may come to any of them, and gets what all of them count, summed up. */
export class GatheredMetrics implements MetricsPage {
  readonly contentType = new AggregatorRegistry().contentType;

  constructor(private readonly ofAll: () => Promise<readonly ProcessMetrics[]>) {}

  async text(): Promise<string> {
    return AggregatorRegistry.aggregate([...(await this.ofAll())]).metrics();
  }
}
