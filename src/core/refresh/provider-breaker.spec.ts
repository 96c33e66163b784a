import { StillClock } from '../../../test/support/still-clock.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { ProviderId } from '../../contracts/provider-id.js';
import { ProviderBreaker } from './provider-breaker.js';

const provider = ProviderId.parse('whole');
const other = ProviderId.parse('other');
const failure = new MaestroError('upstream.failed', { provider, status: 500 });
const misconfigured = new MaestroError('oauth.misconfigured', { provider, problem: 'invalid_client' });

describe('the breaker of a provider', () => {
  let clock: StillClock;
  let breaker: ProviderBreaker;
  const check =
    (of = provider) =>
    () => {
      breaker.check(of);
    };
  const refusal = (): unknown => {
    try {
      breaker.check(provider);
      return undefined;
    } catch (error) {
      return error;
    }
  };
  beforeEach(() => {
    clock = new StillClock();
    breaker = new ProviderBreaker(clock);
  });

  it('opens for a wrong set-up at once, for a minute, and for that provider alone', () => {
    breaker.trip(provider, misconfigured);

    expect(refusal()).toMatchObject({ code: 'oauth.misconfigured', retryAfterMs: 60_000 });
    expect(check(other)).not.toThrow();
    clock.advance(60_000);
    expect(check()).not.toThrow();
  });

  it('opens where half of twenty calls in a minute failed', () => {
    for (let calls = 0; calls < 10; calls += 1) breaker.succeeded(provider);
    for (let calls = 0; calls < 9; calls += 1) breaker.failed(provider, failure);
    expect(check()).not.toThrow();

    breaker.failed(provider, failure);

    expect(refusal()).toMatchObject({ code: 'upstream.failed' });
  });

  it('forgets what is a minute old', () => {
    for (let calls = 0; calls < 19; calls += 1) breaker.failed(provider, failure);
    clock.advance(60_000);
    breaker.failed(provider, failure);

    expect(check()).not.toThrow();
  });

  it('closes with the first call that goes well', () => {
    breaker.trip(provider, misconfigured);
    breaker.succeeded(provider);

    expect(check()).not.toThrow();
  });
});
