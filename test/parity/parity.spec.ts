import { randomBytes } from 'node:crypto';

import { loadEnvironment } from '../../src/config/environment.js';
import { environmentNameOf } from '../../src/contracts/manifest.js';
import { maestroOptionsFrom } from '../../src/environment-settings.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { PersistenceModule } from '../../src/persistence/persistence.module.js';
import type { Broker, BrokerKind } from '../support/brokers.js';
import { brokerBinary, brokerKinds, describeWithBroker, startBroker } from '../support/brokers.js';
import type { TestGateway } from '../support/start-gateway.js';
import { builtInProviders, startTestGateway } from '../support/start-gateway.js';
import type { RunningMaestro } from '../support/start-maestro.js';
import { startMaestro } from '../support/start-maestro.js';
import { until } from '../support/until.js';
import { cliWay } from './cli-way.js';
import { libraryWay } from './library-way.js';
import { restWay, routes } from './rest-way.js';
import { rpcWay } from './rpc-way.js';
import type { Memory, Step } from './scenario.js';
import { scenario } from './scenario.js';
import type { Outcome, Way } from './way.js';
import { normalised } from './way.js';

const provider = 'anthropic';
const keys = `test=${randomBytes(32).toString('base64')}`;
const settings = {
  MAESTRO_ENCRYPTION_KEYS: keys,
  [environmentNameOf(provider, 'oauthClientId')]: 'a-client',
  [environmentNameOf(provider, 'oauthAcceptTerms')]: '2026-11-22',
};
const nothing = async (): Promise<void> => undefined;

let brokers: readonly Broker[] = [];
let gateway: TestGateway;
let maestro: RunningMaestro;
let steps: readonly Step[];
const transcripts = new Map<string, readonly unknown[]>();

beforeAll(async () => {
  brokers = await Promise.all(brokerKinds.filter((kind) => brokerBinary(kind) !== undefined).map((kind) => startBroker(kind)));
  const urls = ['tcp://127.0.0.1:0', ...brokers.map(({ url }) => url)];
  gateway = await startTestGateway({ ...settings, MAESTRO_RPC_URLS: urls.join(',') });
  const simulator = gateway.simulators.get(provider);
  const environment = loadEnvironment({
    ...settings,
    [environmentNameOf(provider, 'baseUrl')]: simulator?.baseUrl ?? '',
    MAESTRO_ALLOW_PRIVATE_UPSTREAMS: 'true',
  });
  maestro = await startMaestro({
    ...maestroOptionsFrom(environment),
    providersFolders: [builtInProviders],
    persistence: PersistenceModule.forRoot({ keyRing: KeyRing.parse(keys), database: { url: gateway.database.url } }),
  });
  steps = scenario({ provider, apiKey: simulator?.apiKey ?? '', loginProvider: provider });
  const library = libraryWay(maestro.application, nothing);
  for (const way of [restWay(gateway, nothing), library, cliWay(maestro, library), ...rpcWays()]) {
    const begin = performance.now();
    transcripts.set(way.name, await transcriptOf(way));
    await way.close();
    console.log(`${way.name}: ${((performance.now() - begin) / 1000).toFixed(1)} s`);
  }
}, 300_000);
afterAll(async () => {
  await maestro.close();
  await gateway.close();
  await Promise.all(brokers.map((broker) => broker.close()));
});

function rpcWays(): readonly Way[] {
  const [tcp = ''] = gateway.gateway.rpcAddresses;
  return [tcp, ...brokers.map(({ url }) => url)].map((url) => rpcWay(new URL(url).protocol.replace(':', ''), url, gateway.adminKey));
}

/** By the scheme of its address. */
const wayOf: Readonly<Record<BrokerKind, string>> = { nats: 'nats', redis: 'redis', rabbit: 'amqp' };

const leftOut = Symbol('left out');

async function transcriptOf(way: Way): Promise<readonly unknown[]> {
  await gateway.database.dataSource.query(
    'truncate saved_authentications, session_tombstones, callers, contexts, context_chunks, pending_logins, finished_logins cascade',
  );
  const memory: Memory = {};
  const told: unknown[] = [];
  for (const { asks, keeps } of steps) {
    const asked = asks(memory);
    const reason = way.without?.(asked);
    if (reason !== undefined) {
      await way.instead?.(asked);
      if (asked.operation === 'chat.stream' && 'contextId' in asked.data) await until(isKept);
      told.push({ [leftOut]: reason });
      continue;
    }
    const before = gateway.simulators.get(provider)?.requests.length ?? 0;
    const outcome = await way.ask(asked);
    if (asked.operation === 'chat.left') {
      await until(
        () =>
          gateway.simulators
            .get(provider)
            ?.requests.slice(before)
            .some(({ isAborted }) => isAborted) === true,
      );
    }
    if (asked.operation === 'chat.stream' && 'contextId' in asked.data) await until(isKept);
    if ('answer' in outcome) Object.assign(memory, keeps?.(outcome.answer as never));
    told.push(shown(outcome));
  }
  return told;
}

/** What was said is kept off the path of the answer. */
async function isKept(): Promise<boolean> {
  const kept = await gateway.database.dataSource.query<unknown[]>('select 1 from context_chunks');
  return kept.length === 2;
}

function shown(outcome: Outcome): unknown {
  return normalised(outcome);
}

describe('every way in', () => {
  it('is asked everything that can be asked', () => {
    const asked = new Set(steps.map(({ asks }) => asks({}).operation));
    expect([...asked].sort()).toEqual([...Object.keys(routes), 'chat.left', 'chat.stream'].sort());
  });

  for (const kind of brokerKinds) {
    // Said plainly where one is missing; strictly, that is a failure.
    describeWithBroker(kind, `of messages over ${kind}`, () => {
      it('is there', () => {
        expect([...transcripts.keys()]).toContain(wayOf[kind]);
      });
    });
  }

  it('tells the same of each step', () => {
    const [[, reference] = ['', []], ...others] = [...transcripts];
    const rows = steps.map(({ says }, at) => {
      const marks = [...transcripts].map(([name, told]) => [name, markOf(told[at], reference[at])] as const);
      return { step: says, ...Object.fromEntries(marks) };
    });
    console.log(tableOf(rows));
    const differing = others.flatMap(([way, told]) =>
      steps.flatMap(({ says }, at) => {
        if (isLeftOut(told[at]) || isLeftOut(reference[at]) || isSame(told[at], reference[at])) return [];
        return [{ way, step: says, told: told[at], reference: reference[at] }];
      }),
    );
    expect(differing).toEqual([]);
  });
});

function isLeftOut(told: unknown): boolean {
  return typeof told === 'object' && told !== null && leftOut in told;
}

function markOf(told: unknown, reference: unknown): string {
  if (isLeftOut(told)) return '–';
  return isSame(told, reference) ? '=' : '≠';
}

function tableOf(rows: readonly Readonly<Record<string, string>>[]): string {
  const [first = {}] = rows;
  return [Object.keys(first), ...rows.map((row) => Object.values(row))].map((cells) => cells.join(' | ')).join('\n');
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
