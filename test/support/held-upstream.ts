import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A provider of Chat Completions on loopback whose answers stay open, and say more when a test wants it. */
export interface HeldUpstream {
  /** With the version. */
  readonly baseUrl: string;
  /** Answers that are open. */
  readonly open: number;
  /** Says one more word in every open answer. */
  say(word: string): void;
  /** Ends them all in good order. */
  finish(): void;
  close(): Promise<void>;
}

export async function startHeldUpstream(): Promise<HeldUpstream> {
  const answers = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.on('close', () => answers.delete(response));
      answers.add(response);
      response.write(chunk({ role: 'assistant', content: 'begun' }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1`,
    get open() {
      return answers.size;
    },
    say(word) {
      for (const answer of answers) answer.write(chunk({ content: ` ${word}` }));
    },
    finish() {
      for (const answer of answers) answer.end(`${chunk({}, 'stop')}data: [DONE]\n\n`);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function chunk(delta: object, finish: string | null = null): string {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return `data: ${JSON.stringify({ id: 'held', object: 'chat.completion.chunk', created: 1, model: 'held', choices })}\n\n`;
}
