import { runTool, workbenchOver } from '../support/run-tool.js';
import type { RunningMaestro } from '../support/start-maestro.js';
import type { Operation, Outcome, Way } from './way.js';

type Data = Readonly<Record<string, unknown>>;
interface Command {
  readonly args: (data: Data) => readonly string[];
  readonly input?: (data: Data) => string;
}

const text = (data: Data, name: string): string => String(data[name]);
/** The tool takes a session as one word. */
const session = ({ session: given }: Data): string =>
  typeof given === 'object' && given !== null ? Object.values(given).join('/') : String(given);
const ofSession = (...verb: readonly string[]): Command => ({ args: (data) => [...verb, session(data)] });
const option = (data: Data, name: string, flag: string): readonly string[] => (data[name] === undefined ? [] : [flag, text(data, name)]);
/** Of a chat, provider and session stand in one word, and what is said is one message. */
const chat: Command = {
  args: (data) => ['chat', `${text(data, 'provider')}/${text(data, 'session')}`, '--model', text(data, 'model')],
  input: ({ messages }) => {
    const [message] = messages as readonly { readonly content: string }[];
    return message?.content ?? '';
  },
};

const commands: Partial<Readonly<Record<Operation, Command>>> = {
  'providers.list': { args: () => ['providers', 'list'] },
  'providers.get': { args: (data) => ['providers', 'show', text(data, 'provider')] },
  'compliance.get': { args: () => ['providers', 'check'] },
  'sessions.create': {
    args: (data) => [
      ...['sessions', 'create', text(data, 'provider'), text(data, 'name'), '--auth-type', text(data, 'authType')],
      ...option(data, 'label', '--label'),
      ...option(data, 'baseUrl', '--base-url'),
    ],
    input: ({ credentials }) => JSON.stringify(credentials),
  },
  'sessions.list': {
    args: (data) => ['sessions', 'list', ...option(data, 'provider', '--provider'), ...option(data, 'status', '--status')],
  },
  'sessions.get': ofSession('sessions', 'show'),
  'sessions.update': {
    args: (data) => {
      if (data['name'] !== undefined) return ['sessions', 'rename', session(data), text(data, 'name')];
      return ['sessions', data['disabled'] === true ? 'disable' : 'enable', session(data)];
    },
  },
  'sessions.delete': { args: (data) => ['sessions', 'delete', session(data), ...(data['ifExists'] === true ? ['--if-exists'] : [])] },
  'sessions.clone': { args: (data) => ['sessions', 'clone', session(data), text(data, 'name')] },
  'sessions.refresh': ofSession('sessions', 'refresh'),
  'sessions.test': ofSession('sessions', 'test'),
  'models.list': ofSession('models', 'list'),
  'models.get': { args: (data) => ['models', 'show', session(data), text(data, 'model')] },
  'chat.stream': chat,
  'contexts.list': ofSession('contexts', 'list'),
  'contexts.chunks': { args: (data) => ['contexts', 'chunks', session(data), text(data, 'contextId')] },
  'contexts.deleteChunk': {
    args: (data) => ['contexts', 'delete-chunk', session(data), text(data, 'contextId'), text(data, 'chunkId')],
  },
  'callers.create': {
    args: (data) => [
      'callers',
      'create',
      text(data, 'name'),
      ...(Array.isArray(data['scopes']) ? ['--scopes', data['scopes'].join(',')] : []),
    ],
  },
  'callers.list': { args: () => ['callers', 'list'] },
  'callers.get': { args: (data) => ['callers', 'show', text(data, 'id')] },
  'callers.delete': { args: (data) => ['callers', 'revoke', text(data, 'id')] },
  'callers.why': { args: (data) => ['callers', 'why', text(data, 'id'), `${text(data, 'provider')}/${text(data, 'session')}`] },
  'grants.create': { args: (data) => ['callers', 'grant', text(data, 'caller'), `${text(data, 'provider')}/${text(data, 'name')}`] },
  'grants.delete': { args: (data) => ['callers', 'ungrant', text(data, 'caller'), text(data, 'id')] },
  'defaults.update': { args: (data) => ['callers', 'default', text(data, 'caller'), text(data, 'provider'), text(data, 'session')] },
  'usage.list': { args: (data) => ['usage', '--by', text(data, 'groupBy'), '--session', text(data, 'session')] },
  'defaults.delete': { args: (data) => ['callers', 'default', text(data, 'caller'), text(data, 'provider')] },
};

/** What answers without content elsewhere. */
const silent: ReadonlySet<Operation> = new Set(['sessions.delete', 'callers.delete', 'grants.delete', 'defaults.delete']);

/** The admin tool with `--json`, in this process. */
export function cliWay(maestro: RunningMaestro, library: Way): Way {
  const workbench = workbenchOver(maestro);
  return {
    name: 'CLI',
    close: async () => undefined,
    // The tool's chats are of one message: a conversation to look at comes from elsewhere.
    instead: async (asked) => ('contextId' in asked.data ? library.ask(asked) : undefined),
    without({ operation, data, key }) {
      if (key !== undefined) return 'the tool asks for no key: whoever reads the keys of the machine has every right';
      if (commands[operation] === undefined) return 'the tool has another way for it';
      if (data['model'] === 'sim-rate-limited' && process.env['MAESTRO_TEST_NIGHTLY'] !== '1')
        return 'the tool waits as the provider asks: nightly';
      if (operation === 'chat.stream' && 'contextId' in data) return 'the tool sends one message';
      return undefined;
    },
    async ask({ operation, data }): Promise<Outcome> {
      const command = commands[operation];
      if (command === undefined) throw new TypeError('the tool has no verb for it');
      const { exitCode, output, errors } = await runTool([...command.args(data), '--json'], {
        workbench,
        input: command.input?.(data) ?? '',
      });
      const lines = output.split('\n').filter((line) => line !== '');
      if (operation === 'chat.stream' && lines.length > 0) {
        const events = lines.map((line) => JSON.parse(line) as unknown);
        return { answer: { events, ...(exitCode !== 0 && { problem: JSON.parse(errors) as unknown }) } };
      }
      if (exitCode !== 0 && lines.length === 0) return { problem: JSON.parse(errors) as Data };
      // Nothing to tell: the tool says that it is done.
      if (silent.has(operation)) return { answer: null };
      return { answer: lines.length === 0 ? null : (JSON.parse(output) as unknown) };
    },
  };
}
