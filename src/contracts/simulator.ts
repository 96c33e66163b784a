/** A request that a simulator got. Headers are kept so that a test can see which credential was sent. */
export interface SimulatedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
  /** True once the client went away before the answer was whole. */
  readonly isAborted: boolean;
}

export interface SimulatorOptions {
  /** The one API key that is accepted; absent: any. */
  readonly apiKey?: string;
  /** Milliseconds between two events of a stream; default 0. */
  readonly pace?: number;
}

export interface RunningSimulator {
  /** What the provider's `baseUrl` setting is set to. */
  readonly baseUrl: string;
  readonly requests: readonly SimulatedRequest[];
  close(): Promise<void>;
}

/**
 * A stand-in for a provider on loopback that speaks its wire: streams, whole answers, model lists with paging, and errors.
 * The model's name chooses what happens (docs/adding-a-provider.md lists the names); any other name streams a short answer.
 */
export interface ProviderSimulator {
  readonly provider: string;
  /** A key of the right form. */
  readonly apiKey: string;
  /** What `npm run demo` shows. */
  readonly demo: {
    readonly session: string;
    readonly model: string;
    readonly prompt: string;
    /** One of the few that it shows; the others would say the same. */
    readonly isShown?: true;
  };
  start(options?: SimulatorOptions): Promise<RunningSimulator>;
}

const mark = Symbol.for('maestro/provider-simulator');

export function defineSimulator(simulator: ProviderSimulator): ProviderSimulator {
  return Object.assign(simulator, { [mark]: true });
}

export function isProviderSimulator(value: unknown): value is ProviderSimulator {
  return typeof value === 'object' && value !== null && mark in value;
}
