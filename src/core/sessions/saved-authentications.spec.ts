/* eslint-disable @typescript-eslint/no-deprecated -- It is what is tested here. */
import { WholeOAuth } from '../../../test/extension/fixtures/whole-behaviours.js';
import { anApiKey, tokens } from '../../../test/support/a-session.js';
import type { RunningMaestro } from '../../../test/support/start-maestro.js';
import { startMaestro } from '../../../test/support/start-maestro.js';
import { wholeProvider } from '../../../test/support/whole-provider.js';
import { SavedAuthentications } from './saved-authentications.js';

describe('the one session of a provider and auth type, as old code knows it', () => {
  let running: RunningMaestro;
  let saved: SavedAuthentications;
  beforeEach(async () => {
    running = await startMaestro({ providers: [wholeProvider({ oauth: WholeOAuth })] });
    saved = running.application.get(SavedAuthentications, { strict: false });
  });
  afterEach(() => running.close());

  it('is the session with the default name', async () => {
    await expect(saved.getByProvider('whole', 'api_key')).resolves.toBeUndefined();

    const made = await saved.upsert('whole', 'api_key', { credentials: anApiKey() });

    expect(made).toMatchObject({ provider: 'whole', authType: 'api_key', name: 'default_whole_api_key' });
    await expect(saved.getByProvider('whole', 'api_key')).resolves.toEqual(made);
    await expect(running.sessions.getNamedSession('whole', 'api_key', 'default_whole_api_key')).resolves.toEqual(made);
    await expect(saved.getByProvider('whole', 'oauth')).resolves.toBeUndefined();
  });

  it('takes new credentials and stays the same session', async () => {
    const { id } = await saved.upsert('whole', 'oauth', { credentials: tokens() });

    await expect(saved.upsert('whole', 'oauth', { credentials: tokens() })).resolves.toMatchObject({ id });
  });

  it('is deleted without its named neighbours', async () => {
    await saved.upsert('whole', 'api_key', { credentials: anApiKey() });
    await running.sessions.create({ provider: 'whole', authType: 'api_key', name: 'work', credentials: anApiKey() });

    await saved.delete('whole', 'api_key');

    await expect(saved.delete('whole', 'api_key')).rejects.toMatchObject({ code: 'session.not-found' });
    await expect(running.sessions.listByProvider('whole')).resolves.toMatchObject([{ name: 'work' }]);
  });

  it('says what is wrong with an auth type', async () => {
    await expect(saved.getByProvider('whole', 'password')).rejects.toMatchObject({ code: 'auth-type.unknown' });
  });
});
