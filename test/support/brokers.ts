import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { until } from './until.js';

/** A broker of the test's own: on a free port of loopback, in a folder that goes with it. */
export interface Broker {
  readonly url: string;
  close(): Promise<void>;
}

export const brokerKinds = ['nats', 'redis', 'rabbit'] as const;
export type BrokerKind = (typeof brokerKinds)[number];

const binaries: Readonly<Record<BrokerKind, readonly string[]>> = {
  nats: ['/usr/sbin/nats-server', '/usr/bin/nats-server', '/usr/local/bin/nats-server'],
  redis: ['/usr/bin/redis-server', '/usr/local/bin/redis-server'],
  rabbit: ['/usr/lib/rabbitmq/bin/rabbitmq-server', '/usr/sbin/rabbitmq-server', '/usr/local/sbin/rabbitmq-server'],
};

/** Where a broker's program is; `undefined` where there is none on this machine. */
export function brokerBinary(kind: BrokerKind): string | undefined {
  const found = binaries[kind].find((path) => existsSync(path));
  if (found !== undefined) return found;
  const [name = ''] = binaries[kind].map((path) => path.slice(path.lastIndexOf('/') + 1));
  return spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim() || undefined;
}

/** `describe`, which says that it skips where there is no such broker; under MAESTRO_TEST_STRICT that is a failure. */
export function describeWithBroker(kind: BrokerKind, title: string, tests: () => void): void {
  const isThere = brokerBinary(kind) !== undefined;
  if (isThere) describe(title, tests);
  else if (process.env['MAESTRO_TEST_STRICT'] === '1') {
    describe(title, () => {
      it(`needs ${kind}`, () => {
        throw new Error(`there is no ${kind} on this machine, and MAESTRO_TEST_STRICT is set`);
      });
    });
  } else describe.skip(`${title} (no ${kind} on this machine)`, tests);
}

export async function startBroker(kind: BrokerKind): Promise<Broker> {
  const binary = brokerBinary(kind);
  if (binary === undefined) throw new Error(`there is no ${kind} on this machine`);
  return starters[kind](binary, mkdtempSync(join(tmpdir(), `maestro-${kind}-`)));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const starters: Readonly<Record<BrokerKind, (binary: string, folder: string) => Promise<Broker>>> = {
  async nats(binary, folder) {
    const port = await freePort();
    const child = run(binary, ['-a', '127.0.0.1', '-p', String(port), '--pid', join(folder, 'pid')], folder);
    return broker(child, `nats://127.0.0.1:${String(port)}`, port, folder);
  },
  async redis(binary, folder) {
    const port = await freePort();
    const child = run(binary, ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no', '--dir', folder], folder);
    return broker(child, `redis://127.0.0.1:${String(port)}`, port, folder);
  },
  async rabbit(binary, folder) {
    const [port, distribution] = [await freePort(), await freePort()];
    writeFileSync(join(folder, 'rabbit.conf'), 'loopback_users.guest = true\n');
    writeFileSync(join(folder, 'plugins'), '[].\n');
    writeFileSync(join(folder, '.erlang.cookie'), `maestro${String(port)}`);
    chmodSync(join(folder, '.erlang.cookie'), 0o600);
    const child = run(binary, [], folder, {
      HOME: folder,
      RABBITMQ_NODENAME: `maestro${String(port)}@localhost`,
      RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
      RABBITMQ_NODE_PORT: String(port),
      RABBITMQ_DIST_PORT: String(distribution),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1} -start_epmd false -erl_epmd_port 0',
      RABBITMQ_MNESIA_BASE: join(folder, 'data'),
      RABBITMQ_LOG_BASE: join(folder, 'log'),
      RABBITMQ_PID_FILE: join(folder, 'pid'),
      RABBITMQ_CONFIG_FILE: join(folder, 'rabbit'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
      RABBITMQ_CONF_ENV_FILE: join(folder, 'none'),
    });
    return broker(child, `amqp://guest:guest@127.0.0.1:${String(port)}`, port, folder);
  },
};

function run(binary: string, args: readonly string[], folder: string, environment: Readonly<Record<string, string>> = {}): ChildProcess {
  return spawn(binary, args, { cwd: folder, stdio: 'ignore', detached: true, env: { PATH: process.env['PATH'], ...environment } });
}

async function broker(child: ChildProcess, url: string, port: number, folder: string): Promise<Broker> {
  const exited = once(child, 'exit');
  const close = async (): Promise<void> => {
    // The whole group: RabbitMQ's script starts the program that is the server.
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    await exited;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await until(() => {
      if (child.exitCode !== null) throw new Error(`the broker ended with ${String(child.exitCode)}`);
      return isListening(port);
    }, 60);
    return { url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const isOpen = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => {
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
  socket.destroy();
  return isOpen;
}
