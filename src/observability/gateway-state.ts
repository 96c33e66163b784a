/** What a scrape asks the gateway for; read then, and at no other time. */
export interface GatewayState {
  /** All that are served. */
  readonly providers: () => readonly string[];
  /** What OpenTelemetry's conventions call a provider. */
  readonly telemetryNameOf: (provider: string) => string;
  /** Those whose token endpoint is left alone for the moment. */
  readonly restingProviders: () => readonly string[];
  /** Refreshes that somebody waits for, or that were begun ahead. */
  readonly refreshes: () => number;
  /** Leases that this process holds. */
  readonly leases: () => number;
  /** When the refresh ahead last saw to its work; absent: it has not begun. */
  readonly lastRound: () => Date | undefined;
  readonly connections: () => { readonly busy: number; readonly idle: number; readonly waiting: number };
}
