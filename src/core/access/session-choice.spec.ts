import { randomUUID } from 'node:crypto';

import type { Caller } from '../../contracts/caller.js';
import { SessionId } from '../../contracts/session.js';
import { WholeOAuth } from '../../../test/extension/fixtures/whole-behaviours.js';
import { aCaller, anApiKey, tokens } from '../../../test/support/a-session.js';
import type { RunningMaestro } from '../../../test/support/start-maestro.js';
import { startMaestro } from '../../../test/support/start-maestro.js';
import { wholeProvider } from '../../../test/support/whole-provider.js';
import { SessionChoice } from './session-choice.js';

const everybody = aCaller(['chat'], '*');

describe('the session of a request', () => {
  let running: RunningMaestro;
  let choice: SessionChoice;
  beforeEach(async () => {
    running = await startMaestro({ providers: [wholeProvider({ oauth: WholeOAuth }), wholeProvider({ id: 'other' })] });
    choice = running.application.get(SessionChoice, { strict: false });
  });
  afterEach(async () => {
    await running.close();
  });

  async function create(...names: readonly string[]): Promise<readonly string[]> {
    const made = names.map((name) =>
      running.sessions.create({ provider: 'whole', authType: 'api_key', name, credentials: anApiKey(`${name}-0123456789abcdef`) }),
    );
    return (await Promise.all(made)).map(({ id }) => id);
  }

  const chosen = (
    model: string,
    special: { session?: string; authType?: string; caller?: Caller } = {},
  ): ReturnType<SessionChoice['choose']> => {
    const { caller = everybody, ...route } = special;
    return choice.choose(caller, { model, homeProvider: 'whole', ...route });
  };

  it('stands in the model, or beside it', async () => {
    expect(await chosen('other:work/vendor/m:1')).toEqual({ address: { provider: 'other', session: 'work' }, model: 'vendor/m:1' });
    expect(await chosen('whole/m', { session: 'work' })).toEqual({ address: { provider: 'whole', session: 'work' }, model: 'm' });
    expect(await chosen('m', { session: 'work', authType: 'oauth' })).toEqual({
      address: { provider: 'whole', session: 'work', authType: 'oauth' },
      model: 'm',
    });
    expect(await chosen('whole:work/m', { session: 'work' })).toMatchObject({ address: { session: 'work' } });
  });

  it('is the default of the caller for the provider, where the request names none', async () => {
    await create('work', 'home');
    const caller = { ...everybody, defaults: { whole: 'home' } };

    expect(await chosen('m', { caller })).toMatchObject({ address: { provider: 'whole', session: 'home' } });
    expect(await chosen('whole:work/m', { caller })).toMatchObject({ address: { session: 'work' } });
    await expect(chosen('other/m', { caller })).rejects.toMatchObject({ code: 'session.not-chosen' });
  });

  it('is the only one that the caller may use, and that is not disabled', async () => {
    const [work, , off] = await create('work', 'secret', 'work_off');
    await running.sessions.change({ id: SessionId.of(off ?? '') }, { disabled: true });

    expect(await chosen('m', { caller: aCaller(['chat'], 'work*') })).toHaveProperty('address.session', work);
  });

  it('is never guessed between two: the names are told, of the usable ones alone', async () => {
    await create('work', 'home', 'secret');
    await running.sessions.create({ provider: 'whole', authType: 'oauth', name: 'work', credentials: tokens() });
    const caller: Caller = {
      ...everybody,
      grants: [
        { provider: 'whole', name: 'work' },
        { provider: 'whole', name: 'home' },
      ],
    };

    await expect(chosen('m', { caller })).rejects.toMatchObject({
      code: 'session.not-chosen',
      message: 'name one of your whole sessions, as in "whole:home/<model>": home, work',
    });
    expect(await chosen('m', { caller, authType: 'oauth' })).toMatchObject({ address: { authType: 'oauth' } });
    await expect(chosen('m', { caller: aCaller(['chat'], 'nothing') })).rejects.toMatchObject({
      message: 'you may use no session of whole; create one, or ask for a grant',
    });
  });

  it('is looked for to the end of a long list, and no longer than needed', async () => {
    await create(...Array.from({ length: 205 }, (_, index) => `mine_${String(index)}`));
    const last = await create(`own_${randomUUID().slice(0, 8)}`);

    expect(await chosen('m', { caller: aCaller(['chat'], 'own_*') })).toMatchObject({ address: { session: last[0] } });
    await expect(chosen('m')).rejects.toHaveProperty('parameters.sessions.length', 20);
  });

  it('is refused where model and header name two, a part is empty, or nobody may chat', async () => {
    await expect(chosen('whole:work/m', { session: 'home' })).rejects.toMatchObject({ code: 'request.invalid' });
    await expect(chosen('whole:/m')).rejects.toMatchObject({ code: 'request.invalid' });
    await expect(chosen('whole:work/')).rejects.toMatchObject({ code: 'request.invalid' });
    await expect(chosen('whole:work/m', { caller: aCaller(['sessions:read'], '*') })).rejects.toMatchObject({
      code: 'caller.scope-missing',
    });
    await expect(choice.choose(everybody, { model: 'm', homeProvider: 'nobody' })).rejects.toMatchObject({ code: 'provider.unknown' });
  });
});
