import { resolve } from 'node:path';

import type { RunningSimulator } from '../../src/contracts/simulator.js';
import { acmeSimulator } from '../extension/fixtures/new/acme/testing/acme.simulator.js';
import { runTool, workbenchOver } from '../support/run-tool.js';
import type { RunningMaestro } from '../support/start-maestro.js';
import { startMaestro } from '../support/start-maestro.js';

describe('maestro contexts', () => {
  let simulator: RunningSimulator;
  let maestro: RunningMaestro;
  const tool = (...args: readonly string[]): ReturnType<typeof runTool> =>
    runTool(['contexts', ...args], { workbench: workbenchOver(maestro) });

  beforeEach(async () => {
    simulator = await acmeSimulator.start({ apiKey: acmeSimulator.apiKey });
    maestro = await startMaestro({
      providersFolders: [resolve('test/extension/fixtures/new')],
      settings: (name) => (name === 'ACME_BASE_URL' ? simulator.baseUrl : undefined),
      allowPrivateUpstreams: true,
    });
    const input = `${acmeSimulator.apiKey}\n`;
    await runTool(['sessions', 'create', 'acme', 'work'], { workbench: workbenchOver(maestro), input });
    const long = { role: 'user', content: 'words '.repeat(40) } as const;
    await maestro.maestro.completeChat('acme', 'work', [long], { model: acmeSimulator.demo.model, contextId: 'talk' });
  });

  afterEach(async () => {
    await maestro.close();
    await simulator.close();
  });

  it('lists conversations, and tells how to go on', async () => {
    await maestro.maestro.completeChat('acme', 'work', [{ role: 'user', content: 'hi' }], {
      model: acmeSimulator.demo.model,
      contextId: 'walk',
    });

    const { output } = await tool('list', 'acme/work', '--limit', '1');
    expect(output).toMatch(/^CONTEXT {2}KEPT +CHUNKS {2}BYTES +UPDATED\ntalk +local +2 +\d+ +\d{4}-.*\nmore: --cursor talk\n$/);
    expect((await tool('list', 'acme/work', '--cursor', 'talk')).output).toMatch(/\nwalk +local +2/);
  });

  it('shows the beginnings of chunks, and all of them with --json', async () => {
    expect((await tool('chunks', 'acme/work', 'talk')).output).toMatch(/^CHUNK +ROLE +KIND +CONTENT\n\S+ {2}user +message +words .*…\n/);
    const { data } = JSON.parse((await tool('chunks', 'acme/work', 'talk', '--json')).output) as { data: readonly { content: string }[] };
    expect(data[0]?.content).toBe('words '.repeat(40));
  });

  it('deletes one', async () => {
    const [chunk] = await maestro.maestro.listContextChunks('acme', 'work', 'talk');
    expect(await tool('delete-chunk', 'acme/work', 'talk', chunk?.id ?? '')).toMatchObject({
      exitCode: 0,
      output: `deleted ${String(chunk?.id)}\n`,
    });
    expect(await tool('delete-chunk', 'acme/work', 'talk', chunk?.id ?? '')).toMatchObject({ exitCode: 66 });
  });

  it('ends with 66 for a conversation that is not there, with 64 for no page', async () => {
    expect(await tool('chunks', 'acme/work', 'nothing')).toMatchObject({ exitCode: 66 });
    expect(await tool('list', 'acme/work', '--limit', '0')).toMatchObject({ exitCode: 64 });
  });
});
