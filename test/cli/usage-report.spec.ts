import { UsageMeter } from '../../src/core/usage/usage-meter.js';
import { anApiKey } from '../support/a-session.js';
import { runTool, workbenchOver } from '../support/run-tool.js';
import type { RunningMaestro } from '../support/start-maestro.js';
import { startMaestro } from '../support/start-maestro.js';
import { wholeProvider } from '../support/whole-provider.js';

describe('maestro usage', () => {
  let maestro: RunningMaestro;
  const tool = (...args: readonly string[]): ReturnType<typeof runTool> =>
    runTool(['usage', ...args], { workbench: workbenchOver(maestro) });

  beforeAll(async () => {
    maestro = await startMaestro({ providers: [wholeProvider()] });
    await maestro.maestro.createSession('whole', 'api_key', { name: 'work', credentials: anApiKey() });
    await maestro.maestro.completeChat('whole', 'work', [{ role: 'user', content: 'Hello' }], { model: 'm' });
    await maestro.application.get(UsageMeter, { strict: false }).flush();
  });
  afterAll(() => maestro.close());

  it('is a table of what was asked to be told apart', async () => {
    expect((await tool()).output).toMatch(/^PROVIDER {2}MODEL {2}REQUESTS {2}FAILED {2}LEFT {2}INPUT {2}OUTPUT .*\nwhole +m +1 +0 +0 /);
    expect((await tool('--by', 'caller, session')).output).toMatch(/^CALLER {2}SESSION .*\nlocal +whole\/work +1 /);
    expect((await tool('--by', 'total', '--from', '2026-01-01T00:00:00Z')).output).toMatch(/^REQUESTS .*\n1 /);
  });

  it('is the answer of the native API with --json', async () => {
    const { output } = await tool('--json', '--by', 'caller', '--provider', 'whole');

    expect(JSON.parse(output)).toMatchObject({
      from: expect.stringMatching(/Z$/) as string,
      data: [{ caller: { id: 'local', name: 'local' }, requests: 1, errors: {} }],
    });
    expect(JSON.parse((await tool('--json', '--model', 'another')).output)).toMatchObject({ data: [] });
  });

  it.each([
    [['--by', 'colour'], 'groupBy must be one or more of'],
    [['--from', 'yesterday'], '--from must be a time'],
    [['--limit', '201'], '--limit must be a whole number'],
  ])('ends with 64 for %j', async (options, problem) => {
    const { exitCode, errors } = await tool(...options);
    expect([exitCode, errors]).toEqual([64, expect.stringContaining(problem)]);
  });
});
