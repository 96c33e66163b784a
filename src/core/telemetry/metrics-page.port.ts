/** The metrics of this process, as a scraper reads them. */
export interface MetricsPage {
  readonly contentType: string;
  text(): Promise<string>;
}

export const MetricsPage = Symbol.for('maestro/metrics-page');
