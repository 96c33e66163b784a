import { Test } from '@nestjs/testing';

import { WholeOAuth } from '../../../test/extension/fixtures/whole-behaviours.js';
import { CapturedLog } from '../../../test/support/captured-log.js';
import { InMemoryPersistenceModule } from '../../../test/support/in-memory-persistence.module.js';
import type { RunningMaestro } from '../../../test/support/start-maestro.js';
import { startMaestro } from '../../../test/support/start-maestro.js';
import { StillClock } from '../../../test/support/still-clock.js';
import { plainLogin, wholeProvider } from '../../../test/support/whole-provider.js';
import type { ModelsBehaviour } from '../../contracts/behaviours/models.behaviour.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { MaestroModule } from '../../maestro.module.js';
import { ProviderRegistry } from './provider-registry.js';

describe('the provider registry', () => {
  let running: RunningMaestro;

  beforeAll(async () => {
    const needing = wholeProvider({ id: 'needing', settings: { key: { text: 'a key', requiredBy: 'provider' } } });
    running = await startMaestro({ providers: [wholeProvider(), needing], clock: new StillClock() });
  });

  afterAll(() => running.close());

  it('gives the same object for the same behaviour every time, typed by its kind', async () => {
    const models: ModelsBehaviour = running.registry.resolve('whole', 'models');
    expect(running.registry.resolve('whole', 'models')).toBe(models);
  });

  it('gives under its token what it resolves', () => {
    const token = running.registry.tokenOf('whole', 'streaming');
    expect(token).toBe(Symbol.for('maestro/main/whole/streaming'));
    expect(running.application.get(token, { strict: false })).toBe(running.registry.resolve('whole', 'streaming'));
  });

  it('says of an unknown provider which there are', () => {
    const unknown = new MaestroError('provider.unknown', { provider: 'nobody', known: ['whole'] });
    expect(() => running.registry.resolve('nobody', 'streaming')).toThrow(unknown);
    expect(() => running.registry.tokenOf('nobody', 'streaming')).toThrow(unknown);
    expect(() => running.registry.manifestOf('nobody')).toThrow(unknown);
    expect(() => running.registry.capabilitiesOf('constructor')).toThrow(expect.objectContaining({ code: 'provider.unknown' }) as Error);
  });

  it('says of a behaviour that is not bound that it is not offered', () => {
    const unsupported = new MaestroError('operation.unsupported', { provider: 'whole', operation: 'context' });
    expect(() => running.registry.resolve('whole', 'context')).toThrow(unsupported);
    expect(() => running.registry.tokenOf('whole', 'context')).toThrow(unsupported);
  });

  it('reports when it looked, and what it found', () => {
    expect(running.registry.report()).toEqual({
      checkedAt: '2026-03-01T10:00:00.000Z',
      providers: [
        {
          id: 'whole',
          displayName: 'Whole',
          status: 'serving',
          features: ['streaming', 'model_listing', 'context_management'],
          findings: [],
        },
        expect.objectContaining({ id: 'needing', status: 'left-out' }),
      ],
    });
    expect(running.registry.report()).toBe(running.registry.report());
    expect(running.registry.manifestOf('whole').displayName).toBe('Whole');
  });

  it('checks a definition that is not here, with the settings that it would have', () => {
    const settings = { region: { text: 'where', requiredBy: 'oauth' } } as const;
    const wanting = wholeProvider({ id: 'wanting', oauth: WholeOAuth, login: plainLogin, settings });
    expect(running.registry.checkCompliance(wanting)).toEqual([
      {
        code: 'setting-missing',
        severity: 'note',
        provider: 'wanting',
        behaviour: 'oauth',
        text: 'oauth is not offered without WANTING_REGION (where)',
      },
    ]);
    expect(running.registry.checkCompliance(wholeProvider())).toEqual([]);
  });

  it('says whether a provider serves', () => {
    expect(['whole', 'needing', 'nobody'].map((id) => running.registry.serves(id))).toEqual([true, false, false]);
  });

  it('tells the log what it found, and how long that took', () => {
    expect(running.log.from('Providers')).toEqual([
      expect.stringMatching(
        /^log Providers: 1 providers serve \(loaded in \d+\.\d ms, checked in 0\.0 ms\): whole \(streaming, model_listing, context_management\)$/,
      ),
      'warn Providers: provider needing was left out:\n  setting-missing: needs NEEDING_KEY (a key)',
    ]);
  });

  it('takes no provider that is registered with another Maestro of the same application', async () => {
    const maestro = (instance: string, id: string) =>
      MaestroModule.forRoot({ instance, persistence: InMemoryPersistenceModule.of(), providers: [wholeProvider({ id })] });
    const application = await Test.createTestingModule({ imports: [maestro('one', 'here'), maestro('two', 'there')] })
      .setLogger(new CapturedLog())
      .compile();
    await application.init();
    const registries = application.get(ProviderRegistry, { strict: false, each: true });
    expect(registries.map((registry) => registry.listProviders())).toEqual([['here'], ['there']]);
    await application.close();
  });

  describe('in strict mode', () => {
    const faulty = (id: string) => wholeProvider({ id, settings: { key: { text: 'a key', requiredBy: 'provider' } } });

    it('stops the start where one is left out, and names each with its findings', async () => {
      const starting = startMaestro({ strict: true, providers: [wholeProvider(), faulty('one'), faulty('two')] });
      await expect(starting).rejects.toMatchObject({
        code: 'provider.invalid',
        parameters: { provider: 'one, two', findings: ['one needs ONE_KEY (a key)', 'two needs TWO_KEY (a key)'] },
      });
    });

    it('starts where all serve', async () => {
      const strict = await startMaestro({ strict: true, providers: [wholeProvider()] });
      expect(strict.registry.listProviders()).toEqual(['whole']);
      await strict.close();
    });
  });
});
