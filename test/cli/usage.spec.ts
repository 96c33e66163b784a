import { runTool, workbenchOf } from '../support/run-tool.js';

describe('the admin tool, mistyped or asked for help', () => {
  it('prints its help on standard output when asked', async () => {
    const { exitCode, output, errors } = await runTool(['--help']);
    expect(output).toMatch(/^Usage: maestro /);
    expect(output).toContain('sessions');
    expect(errors).toBe('');
    expect(exitCode).toBe(0);
  });

  it('prints its help on standard error when it was given nothing to do', async () => {
    const { exitCode, output, errors } = await runTool([]);
    expect(errors).toMatch(/^Usage: maestro /);
    expect(output).toBe('');
    expect(exitCode).toBe(64);
  });

  it('lists the verbs of a noun that was given none', async () => {
    const { exitCode, errors } = await runTool(['sessions']);
    expect(errors).toMatch(/^Usage: maestro sessions /);
    expect(errors).toContain('create');
    expect(exitCode).toBe(64);
  });

  it('tells its version', async () => {
    expect(await runTool(['--version'])).toMatchObject({ exitCode: 0, output: '1.2.3\n', errors: '' });
  });

  it.each([
    [['sesions'], 'maestro: maestro has no command "sesions"; there is providers, '],
    [['sessions', 'remove'], 'maestro: sessions has no command "remove"; there is list, create, '],
    [['sessions', 'show'], "maestro: missing required argument 'session'\n"],
    [['sessions', 'list', '--all'], "maestro: unknown option '--all'"],
    [['sessions', 'list', 'extra'], 'maestro: too many arguments'],
    [['sessions', 'show', 'no-slash'], 'maestro: "no-slash" names no session: write provider/name, '],
    [['sessions', 'show', 'a/b/c/d'], 'maestro: "a/b/c/d" names no session'],
    [['chat', 'acme/work'], "maestro: required option '--model <model>' not specified\n"],
    [['chat', 'acme/work', '--model', 'm', '--max-tokens', '0', 'hi'], 'maestro: --max-tokens must be a whole number from 1\n'],
  ])('says in one line what is wrong with %j, and ends with 64', async (args, message) => {
    const { exitCode, output, errors } = await runTool(args);
    expect(errors).toContain(message);
    expect(errors.trimEnd()).not.toContain('\n');
    expect(output).toBe('');
    expect(exitCode).toBe(64);
  });

  it('says the same as a problem document with --json, on standard error', async () => {
    const { exitCode, output, errors } = await runTool(['sessions', 'show', '--json']);
    expect(JSON.parse(errors)).toMatchObject({ code: 'request.invalid', detail: "missing required argument 'session'" });
    expect(output).toBe('');
    expect(exitCode).toBe(64);
  });

  it('tells of a failure that nobody foresaw without its text, and hands it on to be logged', async () => {
    const failure = new Error('connect to postgres://user:hunter2@db');
    const workbench = workbenchOf({ registry: () => Promise.reject(failure) });
    const { exitCode, errors, unexpected } = await runTool(['providers', 'list'], { workbench });
    expect(errors).toBe('maestro: something went wrong inside Maestro; this is a bug\n');
    expect(unexpected).toEqual([failure]);
    expect(exitCode).toBe(70);
  });
});
