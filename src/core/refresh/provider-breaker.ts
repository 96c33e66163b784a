import { Inject, Injectable } from '@nestjs/common';

import { Clock } from '../../contracts/clock.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ProviderId } from '../../contracts/provider-id.js';

/** Milliseconds. */
const minute = 60_000;
const mostOutcomes = 200;
/** Fewer say nothing about the provider. */
const enoughCalls = 20;

interface Outcome {
  readonly at: number;
  readonly isFailure: boolean;
}

interface Circuit {
  outcomes: readonly Outcome[];
  openUntil?: number;
  error?: MaestroError;
}

/** Stops asking a token endpoint that fails everybody: after half of 20 calls or more in a minute, or for a wrong set-up at once. */
@Injectable()
export class ProviderBreaker {
  private readonly circuits = new Map<ProviderId, Circuit>();

  constructor(@Inject(Clock) private readonly clock: Clock) {}

  /** @throws MaestroError what opened it, with the time that is left */
  check(provider: ProviderId): void {
    const circuit = this.circuits.get(provider);
    const left = (circuit?.openUntil ?? 0) - this.clock.monotonic();
    if (circuit?.error === undefined || left <= 0) return;
    const { code, parameters } = circuit.error;
    throw new MaestroError(code, parameters, { cause: circuit.error, retryAfterMs: Math.ceil(left) });
  }

  /** Those that are not to be asked just now. */
  get resting(): readonly ProviderId[] {
    const now = this.clock.monotonic();
    return [...this.circuits].filter(([, { openUntil = 0 }]) => openUntil > now).map(([provider]) => provider);
  }

  succeeded(provider: ProviderId): void {
    const circuit = this.note(provider, false);
    delete circuit.openUntil;
    delete circuit.error;
  }

  failed(provider: ProviderId, error: MaestroError): void {
    const circuit = this.note(provider, true);
    const { length } = circuit.outcomes;
    const failures = circuit.outcomes.filter(({ isFailure }) => isFailure).length;
    if (length >= enoughCalls && failures * 2 >= length) this.open(circuit, error);
  }

  /** Whatever is asked now ends the same way. */
  trip(provider: ProviderId, error: MaestroError): void {
    this.open(this.note(provider, true), error);
  }

  private open(circuit: Circuit, error: MaestroError): void {
    circuit.openUntil = this.clock.monotonic() + minute;
    circuit.error = error;
  }

  private note(provider: ProviderId, isFailure: boolean): Circuit {
    const at = this.clock.monotonic();
    const circuit = this.circuits.get(provider) ?? { outcomes: [] };
    const recent = circuit.outcomes.filter((outcome) => at - outcome.at < minute).slice(-mostOutcomes);
    circuit.outcomes = [...recent, { at, isFailure }];
    this.circuits.set(provider, circuit);
    return circuit;
  }
}
