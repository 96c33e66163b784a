import { resolve } from 'node:path';

import type { RunningSimulator } from '../../src/contracts/simulator.js';
import { acmeSimulator } from '../extension/fixtures/new/acme/testing/acme.simulator.js';
import { runTool, workbenchOver } from '../support/run-tool.js';
import type { RunningMaestro } from '../support/start-maestro.js';
import { startMaestro } from '../support/start-maestro.js';

describe('the admin tool over a running core', () => {
  let simulator: RunningSimulator;
  let maestro: RunningMaestro;
  const tool = (args: string, input?: string): ReturnType<typeof runTool> =>
    runTool(args.split(' '), { workbench: workbenchOver(maestro), ...(input !== undefined && { input }) });

  beforeEach(async () => {
    simulator = await acmeSimulator.start({ apiKey: acmeSimulator.apiKey });
    maestro = await startMaestro({
      providersFolders: [resolve('test/extension/fixtures/new')],
      settings: (name) => (name === 'ACME_BASE_URL' ? simulator.baseUrl : undefined),
      allowPrivateUpstreams: true,
    });
    expect(await tool('sessions create acme work', `${acmeSimulator.apiKey}\n`)).toMatchObject({ exitCode: 0, errors: '' });
  });

  afterEach(async () => {
    await maestro.close();
    await simulator.close();
  });

  describe('providers', () => {
    it('lists them', async () => {
      const { output } = await tool('providers list');
      expect(output).toMatch(/^PROVIDER {2}NAME +AUTH TYPES +FEATURES\nacme /);
    });

    it('shows one, as the native API does with --json', async () => {
      expect((await tool('providers show acme')).output).toMatch(/^provider +acme\n/);
      expect(JSON.parse((await tool('providers show acme --json')).output)).toMatchObject({ id: 'acme', authTypes: ['api_key'] });
    });

    it('ends with 66 for one that is not there', async () => {
      const { exitCode, errors } = await tool('providers show nobody');
      expect(errors).toBe('maestro: there is no provider "nobody"; there is acme\n');
      expect(exitCode).toBe(66);
    });

    it('finds nothing wrong with them', async () => {
      expect(await tool('providers check')).toMatchObject({ exitCode: 0, output: 'acme: serves\n' });
    });

    it('ends with 78 where one is left out, having told why', async () => {
      const faulty = await startMaestro({ providersFolders: [resolve('test/extension/fixtures/faulty')] });
      try {
        const { exitCode, output, errors } = await runTool(['providers', 'check'], { workbench: workbenchOver(faulty) });
        expect(output).toMatch(/^no-auth: is left out\n {2}error no-auth-behaviour: /m);
        expect(errors).toMatch(/^maestro: provider .* was left out: /);
        expect(exitCode).toBe(78);
      } finally {
        await faulty.close();
      }
    });
  });

  describe('sessions', () => {
    it('creates one with the key from standard input, and never shows it', async () => {
      const { output } = await tool('sessions create acme second --label two --json', acmeSimulator.apiKey);
      expect(JSON.parse(output)).toMatchObject({ provider: 'acme', authType: 'api_key', name: 'second', label: 'two', status: 'active' });
      expect(output).not.toContain(acmeSimulator.apiKey);
    });

    it('takes credentials with further fields as JSON', async () => {
      const credentials = JSON.stringify({ apiKey: acmeSimulator.apiKey, projectId: 'p1' });
      expect(await tool('sessions create acme json-key --verify', credentials)).toMatchObject({ exitCode: 0 });
    });

    it.each([
      ['', 64, /nothing was given for API key for acme/],
      ['{ "apiKey": "half', 64, /cannot be read as JSON/],
    ])('refuses %j as a key without repeating it', async (input, expected, message) => {
      const { exitCode, errors } = await tool('sessions create acme other', input);
      expect(errors).toMatch(message);
      expect(errors).not.toContain('half');
      expect(exitCode).toBe(expected);
    });

    it('ends with 65 where the name is taken', async () => {
      const { exitCode, errors } = await tool('sessions create acme WORK --json', acmeSimulator.apiKey);
      expect(JSON.parse(errors)).toMatchObject({ code: 'session.name-taken', status: 409 });
      expect(exitCode).toBe(65);
    });

    it('ends with 77 where the provider refuses the key', async () => {
      expect(await tool('sessions create acme bad --verify', 'acme-key-that-nobody-gave-out')).toMatchObject({ exitCode: 77 });
    });

    it('lists them, by provider, auth type and status', async () => {
      expect((await tool('sessions list')).output).toMatch(/^PROVIDER .*\nacme +api_key +work +active +- +- +[0-9a-f-]{36}\n$/);
      expect(JSON.parse((await tool('sessions list --json --provider acme --auth-type api_key --status active')).output)).toMatchObject({
        data: [{ name: 'work' }],
      });
      expect((await tool('sessions list --status disabled')).output.split('\n')).toHaveLength(2);
    });

    it('lists more than one page', async () => {
      const { sessions } = maestro;
      const list = sessions.list.bind(sessions);
      const paged = jest.spyOn(sessions, 'list').mockImplementation((query) => list({ ...query, limit: 1 }));
      await tool('sessions create acme second', acmeSimulator.apiKey);
      const { output } = await tool('sessions list');
      expect(output.split('\n')).toHaveLength(4);
      expect(paged).toHaveBeenCalledTimes(2);
    });

    it('refuses a status that there is not', async () => {
      expect(await tool('sessions list --status asleep')).toMatchObject({ exitCode: 64 });
    });

    it('shows one by its name, with its auth type, and by its id', async () => {
      const { id } = JSON.parse((await tool('sessions show acme/work --json')).output) as { readonly id: string };
      expect((await tool('sessions show acme/api_key/work')).output).toContain(`id          ${id}\n`);
      expect((await tool(`sessions show ${id}`)).output).toContain('name        work\n');
    });

    it('asks the provider whether it takes the credential', async () => {
      expect(await tool('sessions test acme/work')).toMatchObject({ exitCode: 0 });
      expect(simulator.requests.length).toBeGreaterThan(0);
    });

    it('says of a key that it cannot be refreshed', async () => {
      const { exitCode, errors } = await tool('sessions refresh acme/api_key/work');
      expect([exitCode, errors]).toEqual([64, expect.stringContaining('refreshing an API key')]);
    });

    it('clones one', async () => {
      const { output } = await tool('sessions clone acme/work copied --label twin --json');
      expect(JSON.parse(output)).toMatchObject({ provider: 'acme', name: 'copied', label: 'twin' });
      expect(await tool('chat acme/copied --model acme-1 hello')).toMatchObject({ exitCode: 0, output: 'hello\n' });
    });

    it('renames, disables, enables and deletes one', async () => {
      expect((await tool('sessions rename acme/work newer')).output).toContain('newer');
      expect((await tool('sessions disable acme/newer')).output).toMatch(/status +disabled/);
      expect(await tool('chat acme/newer --model acme-1 hello')).toMatchObject({ exitCode: 65 });
      expect((await tool('sessions enable acme/newer')).output).toMatch(/status +active/);
      expect((await tool('sessions delete acme/newer')).output).toBe('deleted\n');
    });

    it('ends with 66 for one that is not there, unless told that this is well', async () => {
      expect(await tool('sessions delete acme/nobody')).toMatchObject({ exitCode: 66, output: '' });
      expect(await tool('sessions delete acme/nobody --if-exists')).toMatchObject({ exitCode: 0, output: 'there was none\n' });
      expect(await tool('sessions delete nobody/nobody_else/x --if-exists')).toMatchObject({ exitCode: 64 });
    });
  });

  describe('models', () => {
    it('lists those of a session', async () => {
      expect((await tool('models list acme/work')).output).toMatch(/^MODEL +NAME .*\nacme-1 /);
      expect(JSON.parse((await tool('models list acme/work --json')).output)).toMatchObject({ data: [{ id: 'acme-1' }, { id: 'acme-2' }] });
    });

    it('shows one', async () => {
      expect((await tool('models show acme/work acme-1')).output).toMatch(/^model +acme-1\n/);
      expect(await tool('models show acme/work no-such')).toMatchObject({ exitCode: 66 });
    });
  });

  describe('chat', () => {
    it('prints the answer', async () => {
      expect(await tool('chat acme/work --model acme-1 Hello there')).toMatchObject({ exitCode: 0, output: 'Hello there\n', errors: '' });
    });

    it('takes the message from standard input, and instructions before it', async () => {
      const { output } = await tool('chat acme/work --model acme-1 --system Short. --max-tokens 100', 'from a pipe\n');
      expect(output).toBe('from a pipe\n');
      expect(simulator.requests.at(-1)?.body).toContain('Short.');
    });

    it('refuses to say nothing', async () => {
      expect(await tool('chat acme/work --model acme-1', ' \n')).toMatchObject({ exitCode: 64 });
    });

    it('prints each event as a line of JSON, numbered', async () => {
      const { output } = await tool('chat acme/work --model acme-1 --json one two');
      const events = output
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { readonly type: string; readonly seq: number });
      expect(events.map(({ type }) => type)).toEqual(['message-start', 'text-delta', 'text-delta', 'message-end']);
      expect(events.map(({ seq }) => seq)).toEqual([0, 1, 2, 3]);
    });

    it('shows what a terminal would obey instead of sending it there', async () => {
      expect((await tool('chat acme/work --model acme-1', '\u001b]0;owned\u0007red')).output).toBe('\\u001b]0;owned\\u0007red\n');
    });

    it('ends with 69 where the answer is cut', async () => {
      const { exitCode, errors } = await tool('chat acme/work --model sim-truncated Hello');
      expect(errors).toMatch(/^maestro: .*without saying that it was finished\n$/);
      expect(exitCode).toBe(69);
    });

    it('ends with 130 when it is interrupted', async () => {
      const interruption = new AbortController();
      const running = runTool(['chat', 'acme/work', '--model', 'sim-slow', 'Hello'], {
        workbench: workbenchOver(maestro),
        signal: interruption.signal,
      });
      const begin = simulator.requests.length;
      while (simulator.requests.length === begin) await new Promise((resolve) => setTimeout(resolve, 5));
      interruption.abort();
      expect(await running).toMatchObject({ exitCode: 130 });
    });
  });
});
