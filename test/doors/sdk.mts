// One vendor's own client in a process of its own, told what to call line by line, for test/support/sdk-process.ts.
import { createInterface } from 'node:readline';

interface Command {
  readonly id: number;
  /** Such as `chat.completions.create`. */
  readonly path: string;
  readonly args: readonly unknown[];
  /** A method of what the call gave, to be called as well; such as `finalMessage`. */
  readonly then?: string;
  /** Leave a stream after so many items. */
  readonly leaveAfter?: number;
}

type Made = Readonly<Record<string, unknown>>;

const [kind = '', baseURL = '', apiKey = ''] = process.argv.slice(2);

const clients: Readonly<Record<string, () => Promise<unknown>>> = {
  openai: async () => new (await import('openai')).default({ baseURL, apiKey, maxRetries: 0 }),
  anthropic: async () => new (await import('@anthropic-ai/sdk')).default({ baseURL, apiKey, maxRetries: 0 }),
  genai: async () => new (await import('@google/genai')).GoogleGenAI({ apiKey, httpOptions: { baseUrl: baseURL } }),
  frameworks: async () => (await import('./frameworks.mjs')).frameworks(baseURL, apiKey),
};

const client = await clients[kind]?.();

function methodAt(root: unknown, path: string): () => unknown {
  const names = path.split('.');
  const last = names.pop() ?? '';
  const owner = names.reduce((at, name) => (at as Made)[name], root);
  return ((owner as Made)[last] as () => unknown).bind(owner);
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function told(error: unknown): object {
  const { status, code, type, param, message, requestID } = error as Record<string, unknown>;
  return { name: (error as Error).constructor.name, status, code, type, param, message, requestId: requestID };
}

async function run({ path, args, then, leaveAfter = Infinity }: Command): Promise<object> {
  const items: unknown[] = [];
  try {
    const called = (methodAt(client, path) as (...given: readonly unknown[]) => unknown)(...args);
    const result = then === undefined ? await called : await methodAt(called, then)();
    if (!isIterable(result)) return { value: result };
    for await (const item of result) {
      items.push(item);
      if (items.length >= leaveAfter) break;
    }
    return { items };
  } catch (error) {
    return { items, error: told(error) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line) as Command;
  void run(command).then((outcome) => {
    process.stdout.write(`${JSON.stringify({ id: command.id, ...outcome })}\n`);
  });
}
