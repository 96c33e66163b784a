import { Injectable } from '@nestjs/common';

import type { ModelsBehaviour } from '../../contracts/behaviours/models.behaviour.js';
import type { Caller } from '../../contracts/caller.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Model } from '../../contracts/model.js';
import { aModel } from '../../contracts/model.js';
import { SessionId } from '../../contracts/session.js';
import { WholeOAuth } from '../../../test/extension/fixtures/whole-behaviours.js';
import { aCaller, anApiKey, tokens } from '../../../test/support/a-session.js';
import type { RunningMaestro } from '../../../test/support/start-maestro.js';
import { startMaestro } from '../../../test/support/start-maestro.js';
import { StillClock } from '../../../test/support/still-clock.js';
import { wholeProvider } from '../../../test/support/whole-provider.js';
import { UsableModels } from './usable-models.js';

let asked = 0;

@Injectable()
class CountedModels implements ModelsBehaviour {
  async listModels(): Promise<readonly Model[]> {
    asked += 1;
    return [aModel({ id: 'large', name: 'Large' })];
  }

  async getModelInfo(_client: unknown, modelId: string): Promise<Model> {
    return aModel({ id: modelId, name: modelId });
  }
}

@Injectable()
class FailingModels extends CountedModels {
  override async listModels(): Promise<readonly Model[]> {
    asked += 1;
    throw new MaestroError('upstream.failed', { provider: 'failing', status: 500 });
  }
}

const everybody = aCaller(['chat'], '*');

describe('the models that a caller may use', () => {
  const clock = new StillClock();
  let running: RunningMaestro;
  let models: UsableModels;
  beforeEach(async () => {
    asked = 0;
    running = await startMaestro({
      clock,
      providers: [
        wholeProvider({ oauth: WholeOAuth, models: CountedModels }),
        wholeProvider({ id: 'other', models: CountedModels }),
        wholeProvider({ id: 'failing', models: FailingModels }),
      ],
    });
    models = running.application.get(UsableModels, { strict: false });
  });
  afterEach(async () => {
    await running.close();
  });

  async function create(provider: string, name: string): Promise<string> {
    const credentials = anApiKey(`${provider}-${name}-0123456789abcdef`);
    return (await running.sessions.create({ provider, authType: 'api_key', name, credentials })).id;
  }

  const addresses = async (caller: Caller = everybody): Promise<readonly string[]> =>
    (await models.list(caller)).map(({ address }) => address);

  it('are named as a request would name them: the session only where there is more than one', async () => {
    await create('other', 'home');
    await create('whole', 'work');
    expect(await addresses()).toEqual(['other/large', 'whole/large']);

    await create('whole', 'home');
    expect(await addresses()).toEqual(['other/large', 'whole:home/large', 'whole:work/large']);
    expect(await addresses({ ...everybody, defaults: { whole: 'home' } })).toEqual(['other/large', 'whole/large', 'whole:work/large']);
    expect(await addresses({ ...everybody, grants: [{ provider: 'whole', name: 'home' }] })).toEqual(['whole/large']);
  });

  it('are named by the id of the session where its name fits two', async () => {
    const key = await create('whole', 'work');
    const login = await running.sessions.create({ provider: 'whole', authType: 'oauth', name: 'work', credentials: tokens() });

    expect(await addresses()).toEqual([`whole:${key}/large`, `whole:${login.id}/large`].sort());
  });

  it('are those of the providers that answer', async () => {
    await create('failing', 'work');
    await create('other', 'work');

    expect(await addresses()).toEqual(['other/large']);
  });

  it('are asked for again after half a minute, after a failure sooner, and where a session changed', async () => {
    await create('failing', 'work');
    const id = await create('other', 'work');
    await addresses();
    await addresses();
    expect(asked).toBe(2);

    clock.advance(5_000);
    await addresses();
    expect(asked).toBe(3);

    clock.advance(25_000);
    await addresses();
    expect(asked).toBe(5);

    await running.sessions.change({ id: SessionId.of(id) }, { disabled: true });
    expect(await addresses()).toEqual([]);
  });

  it('are nobody’s who may not chat', async () => {
    await expect(models.list(aCaller(['sessions:read'], '*'))).rejects.toMatchObject({ code: 'caller.scope-missing' });
  });
});
