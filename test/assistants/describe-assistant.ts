import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { DeadEnd } from '../support/dead-end.js';
import { startDeadEnd } from '../support/dead-end.js';
import type { ScriptedUpstream } from '../support/scripted-upstream.js';
import { startScriptedUpstream } from '../support/scripted-upstream.js';
import type { ToolCall } from '../support/scripted-wires.js';
import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';
import type { AssistantPackage, CommandOutcome, Installed } from './assistant.js';
import { installed, run, searchPath } from './assistant.js';
import { page, setUpAsDocumented } from './documented-set-up.js';

export interface Assistant extends AssistantPackage {
  /** Of its section in docs/clients.md. */
  readonly title: string;
  /** How it is given one prompt, and leave to write into its folder. */
  args(prompt: string): readonly string[];
  /** The call of its own tool that writes a file. */
  write(file: string, content: string): ToolCall;
  /** The call of its own tool that reads a file. */
  read(file: string): ToolCall;
}

const sessions = [
  ['anthropic', 'work_claude'],
  ['openai', 'personal_gpt'],
  ['gemini', 'dev_gemini'],
] as const;
const isStrict = process.env['MAESTRO_TEST_STRICT'] === '1';
/** Milliseconds, for an assistant's own start and its turns on a loaded machine. */
const limit = 180_000;

/** One prompt and one round trip of tools through a running gateway, by a session of each provider; nothing else is called. */
export function describeAssistant(assistant: Assistant): void {
  describe(assistant.title, () => {
    let command: Installed;
    let gateway: TestGateway;
    let upstream: ScriptedUpstream;
    let deadEnd: DeadEnd;
    let root: string;

    beforeAll(async () => {
      command = await installed(assistant);
      root = realpathSync(mkdtempSync(join(tmpdir(), 'maestro-errand-')));
      upstream = await startScriptedUpstream();
      gateway = await startGatewayTo(upstream);
      deadEnd = await startDeadEnd(new URL(gateway.gateway.url).host);
    }, 400_000);

    afterAll(async () => {
      await gateway.close();
      await Promise.all([upstream.close(), deadEnd.close()]);
      rmSync(root, { recursive: true, force: true });
    });

    /** `undefined`: npm could not get the assistant, which is told, and fails where all tests must run. */
    async function send(model: string, prompt: string, folder: string): Promise<CommandOutcome | undefined> {
      if ('reason' in command) {
        if (isStrict) throw new Error(command.reason);
        console.warn(`${assistant.title} was not tried: ${command.reason}`);
        return undefined;
      }
      const home = newFolder();
      const documented = setUpAsDocumented(assistant.title, home, { url: gateway.gateway.url, key: gateway.adminKey, model });
      const environment = { PATH: searchPath, HOME: home, TMPDIR: home, ...proxiedBy(deadEnd.url), ...documented };
      return run(command.path, assistant.args(prompt), { cwd: folder, environment, limit: limit - 20_000 });
    }

    function newFolder(): string {
      const folder = join(root, randomUUID());
      mkdirSync(folder);
      return folder;
    }

    it('is set up in docs/clients.md for the version that is tried', () => {
      expect(page).toContain(`| ${assistant.title} | \`${assistant.name}@${assistant.version}\` |`);
    });

    it.each(sessions)(
      'has a prompt answered by %s',
      async (provider, session) => {
        const [question, answer] = [`What is ${randomUUID()}?`, `It is ${randomUUID()}.`];
        upstream.play(() => ({ text: answer }));

        const outcome = await send(`${provider}:${session}/scripted-model`, question, newFolder());
        if (outcome === undefined) return;

        expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining(answer) as string });
        expect(upstream.asked.some(({ body }) => body.includes(question))).toBe(true);
        expect(deadEnd.attempts).toEqual([]);
      },
      limit,
    );

    it.each(sessions)(
      'writes and reads a file because %s asks for it, and gives back what it read',
      async (provider, session) => {
        const folder = newFolder();
        const [written, noted, answer] = [randomUUID(), randomUUID(), `Done: ${randomUUID()}.`];
        const [target, note] = [join(folder, 'written.txt'), join(folder, 'note.txt')];
        writeFileSync(note, `${noted}\n`);
        const [write, read] = [assistant.write(target, written), assistant.read(note)];
        upstream.play(({ body, tools }) => {
          if (body.includes(noted) || !tools.includes(write.tool)) return { text: answer };
          return body.includes(written) ? read : write;
        });

        const outcome = await send(`${provider}:${session}/scripted-model`, 'Write a file, then read the note.', folder);
        if (outcome === undefined) return;

        expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining(answer) as string });
        expect(readFileSync(target, 'utf8').trim()).toBe(written);
        expect(upstream.asked.some(({ body }) => body.includes(noted))).toBe(true);
        expect(deadEnd.attempts).toEqual([]);
      },
      limit,
    );
  });
}

async function startGatewayTo({ baseUrl }: ScriptedUpstream): Promise<TestGateway> {
  const addresses = { ANTHROPIC_BASE_URL: baseUrl, OPENAI_BASE_URL: `${baseUrl}/v1`, GEMINI_BASE_URL: baseUrl };
  const gateway = await startTestGateway(addresses);
  for (const [provider, name] of sessions) {
    const credentials = { apiKey: gateway.simulators.get(provider)?.apiKey };
    const { status, text } = await gateway.call('POST', '/api/sessions', { body: { provider, authType: 'api_key', name, credentials } });
    if (status !== 201) throw new Error(text);
  }
  return gateway;
}

function proxiedBy(url: string): Readonly<Record<string, string>> {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()]);
  return { ...Object.fromEntries(names.map((name) => [name, url])), NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' };
}
