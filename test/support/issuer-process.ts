import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import type { IssuerCall, IssuerOptions } from '../../src/testing/issuer/issuer.js';
import type { IssuerFault } from '../../src/testing/issuer/issuer-fault.js';
import type { TokenFamily } from '../../src/testing/issuer/token-families.js';

export interface IssuerOrder {
  readonly id: number;
  /** Families to begin. */
  readonly issue?: number;
  readonly fault?: IssuerFault;
  readonly times?: number;
  readonly latency?: number | readonly [from: number, to: number];
}

/** What an issuer knows at one moment. */
export interface IssuerState {
  readonly issued: readonly TokenFamily[];
  readonly calls: readonly IssuerCall[];
  readonly families: readonly TokenFamily[];
  readonly familiesLost: readonly string[];
}

/** The issuer simulator where no stall and no kill of a test reaches it. */
export interface IssuerProcess {
  readonly tokenUrl: string;
  /** Does what it is told, if anything, and says how things are then. */
  ask(order?: Omit<IssuerOrder, 'id'>): Promise<IssuerState>;
  close(): Promise<void>;
}

const root = process.cwd();
const program = join(root, 'test/support/issuer.mts');
const loader = join(root, 'node_modules/tsx/dist/loader.mjs');

export async function startIssuerProcess(options: Omit<IssuerOptions, 'now'> = {}): Promise<IssuerProcess> {
  const child = fork(program, [JSON.stringify(options)], { execArgv: ['--import', loader] });
  const [{ tokenUrl }] = (await once(child, 'message')) as [{ readonly tokenUrl: string }];
  let orders = 0;
  return {
    tokenUrl,
    ask(order = {}) {
      orders += 1;
      const id = orders;
      const answer = answered(child, id);
      child.send({ ...order, id } satisfies IssuerOrder);
      return answer;
    },
    async close() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

function answered(child: ChildProcess, id: number): Promise<IssuerState> {
  return new Promise((resolve, reject) => {
    const ended = (): void => {
      reject(new Error('the issuer ended'));
    };
    const listener = (answer: IssuerState & { readonly id: number }): void => {
      if (answer.id !== id) return;
      child.off('message', listener);
      child.off('exit', ended);
      resolve(answer);
    };
    child.on('message', listener);
    child.once('exit', ended);
  });
}
