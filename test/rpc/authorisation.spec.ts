import type { INestMicroservice } from '@nestjs/common';
import type { CustomTransportStrategy, MessageHandler } from '@nestjs/microservices';
import { Server } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { firstValueFrom, isObservable } from 'rxjs';

import type { Scope } from '../../src/contracts/caller.js';
import { scopes } from '../../src/contracts/caller.js';
import { isProblem } from '../../src/contracts/errors/error-from-problem.js';
import { Secret } from '../../src/contracts/secret.js';
import { Callers } from '../../src/core/access/callers.js';
import { Sessions } from '../../src/core/sessions/sessions.js';
import { MaestroModule } from '../../src/maestro.module.js';
import { controlPattern } from '../../src/transports/rpc/control.js';
import { MaestroRpcModule } from '../../src/transports/rpc/rpc.module.js';
import { anApiKey } from '../support/a-session.js';
import { CapturedLog } from '../support/captured-log.js';
import { InMemoryPersistenceModule } from '../support/in-memory-persistence.module.js';
import { InMemorySessionStore } from '../support/in-memory-session-store.js';
import { builtInProviders } from '../support/start-gateway.js';
import { tellFigure } from '../support/tell-figure.js';
import type { Row } from '../support/who-may.js';
import { patternTable, providers, someKey } from '../support/who-may.js';

/** Carries no messages; it shows what Nest binds to a transport. */
class BoundHandlers extends Server implements CustomTransportStrategy {
  listen(callback: () => void): void {
    callback();
  }

  close(): void {
    // Nothing was opened.
  }

  on(): void {
    // Nothing happens.
  }

  unwrap(): never {
    throw new Error('there is nothing below');
  }
}

const bound = new BoundHandlers();
const store = new InMemorySessionStore();
let app: INestMicroservice;
beforeAll(async () => {
  const maestro = MaestroModule.forRoot({
    persistence: InMemoryPersistenceModule.of(store),
    // All of the wrong keys come from here.
    limits: { wrongKeysPerMinute: 1_000_000 },
    providersFolders: [builtInProviders],
    // Nobody listens there: what is allowed fails beyond us.
    settings: (name) => (name.endsWith('_BASE_URL') ? 'http://127.0.0.1:1' : undefined),
  });
  const rpc = MaestroRpcModule.forRoot({ maestro, adminKey: Secret.of('k'.repeat(40)) });
  const module = await Test.createTestingModule({ imports: [rpc] })
    .setLogger(new CapturedLog())
    .compile();
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class and documents a literal.
  app = module.createNestMicroservice({ strategy: bound });
  await app.listen();
}, 60_000);
beforeEach(async () => {
  store.rows.clear();
  store.callers.rows.clear();
  for (const id of providers) {
    for (const name of ['work', 'other'])
      await app.get(Sessions, { strict: false }).create({ provider: id, authType: 'api_key', name, credentials: anApiKey(someKey) });
  }
});
afterAll(() => app.close());

/** A caller's key, for sessions of one name. */
async function aKey(name: string, allowed: readonly Scope[], session: string): Promise<string> {
  const callers = app.get(Callers, { strict: false });
  const { key } = await callers.create({ name, scopes: allowed });
  await callers.grant(name, { provider: '*', name: session });
  return key.reveal();
}

async function endedKey(): Promise<string> {
  const key = await aKey('expired', scopes, '*');
  for (const [id, row] of store.callers.rows) store.callers.rows.set(id, { ...row, expiresAt: new Date('2020-01-01T00:00:00Z') });
  return key;
}

/** The code of the problem that a message is answered with; `undefined` where there is none. */
async function send(pattern: string, payload: unknown): Promise<string | undefined> {
  const handler = bound.getHandlers().get(`maestro.${pattern}`) as MessageHandler;
  try {
    const answer: unknown = await handler(payload, {});
    if (isObservable(answer)) await firstValueFrom(answer);
    return undefined;
  } catch (problem) {
    return isProblem(problem) ? problem.code : `no problem document: ${String(problem)}`;
  }
}

/** What is wrong with the answers that a pattern gives to everybody but who may have them, and to that one. */
async function faultsOf(pattern: string, { scope, orScope, isAboutSession = false, body: data = {} }: Row): Promise<readonly string[]> {
  const ask = (key: unknown): Promise<string | undefined> => send(pattern, { ...(key !== undefined && { key }), data, retries: 0 });
  const faults: string[] = [];
  const missing = scopes.filter((each) => each !== scope && each !== orScope);
  if ((await ask(undefined)) !== 'caller.key-missing') faults.push('lets nobody in');
  for (const key of ['mk_bad', '', 7, { $ne: null }, await endedKey(), "' OR '1'='1"])
    if ((await ask(key)) !== 'caller.key-invalid') faults.push(`lets ${JSON.stringify(key)} in`);
  if (scope !== undefined && (await ask(await aKey('narrow', missing, '*'))) !== 'caller.scope-missing')
    faults.push('does not ask for its scope');
  const strange = await ask(await aKey('strange', scope === undefined ? ['chat'] : [scope], 'other'));
  if (isAboutSession && strange !== 'session.not-found') faults.push(`serves whom the session is not granted: ${String(strange)}`);
  const right = await ask(await aKey('right', scope === undefined ? ['usage:read'] : [scope], 'work'));
  if (right === 'caller.scope-missing' || right === 'caller.key-invalid') faults.push(`refuses who may: ${right}`);
  if (right === 'session.not-found' || right === 'request.invalid' || right === 'internal') faults.push(`does not do it: ${right}`);
  return faults;
}

describe('who may send which message', () => {
  it('is said for every pattern that Nest binds', () => {
    const known = [...patternTable.keys()].map((name) => `maestro.${name}`);
    expect([...bound.getHandlers().keys()].sort()).toEqual([...known, controlPattern].sort());
    tellFigure('T33', `messages: ${String(patternTable.size)} patterns × 9 kinds of caller`);
  });

  it.each([...patternTable])('holds for %s', async (pattern, row) => {
    expect(await faultsOf(pattern, row)).toEqual([]);
  });

  it.each([undefined, null, 'text', 7, [], { data: {} }])('is nobody with the payload %j', async (payload) => {
    const codes = await Promise.all([...patternTable.keys()].map((pattern) => send(pattern, payload)));
    expect(codes.filter((code) => code !== 'caller.key-missing' && code !== 'request.invalid')).toEqual([]);
  });
});
