import { setImmediate as nextTurn } from 'node:timers/promises';

import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';

import type { ChatMessage, ProviderClient, StreamEvent, StreamOptions } from '../../src/contracts/index.js';
import { Secret } from '../../src/contracts/secret.js';
import { Sessions } from '../../src/core/sessions/sessions.js';
import { MaestroModule } from '../../src/maestro.module.js';

import { connectRpc } from '../../src/transports/rpc/connect-rpc.js';
import type { MaestroRpcOptions } from '../../src/transports/rpc/rpc.module.js';
import { MaestroRpcModule } from '../../src/transports/rpc/rpc.module.js';
import { WholeStreaming } from '../extension/fixtures/whole-behaviours.js';
import { anApiKey } from './a-session.js';
import { CapturedLog } from './captured-log.js';
import { InMemoryPersistenceModule } from './in-memory-persistence.module.js';
import { wholeProvider } from './whole-provider.js';

/** What an endless model said so far, and whether its reader has left. */
export interface Flood {
  events: number;
  isOver: boolean;
}

/** An application that takes messages, with a model that says as much as anybody takes. */
export interface FloodedRpc {
  readonly addresses: readonly string[];
  readonly key: string;
  /** In the order in which they were asked for. */
  readonly floods: readonly Flood[];
  readonly log: CapturedLog;
  close(): Promise<void>;
}

/** What a model may be called: how many characters each piece of its answer has. */
const floodModel = (characters: number): string => `flood-${String(characters)}`;

/** A chat with that model. */
export const floodChat = (characters: number) =>
  ({ provider: 'whole', session: 'work', model: floodModel(characters), messages: [{ role: 'user', content: 'Go on' }] }) as const;

/** Pieces that a provider sends in one read. */
const inARead = 16;

export async function startFloodedRpc(
  urls: readonly string[],
  patience: NonNullable<MaestroRpcOptions['patience']> = {},
): Promise<FloodedRpc> {
  const floods: Flood[] = [];
  class Flooding extends WholeStreaming {
    override async streamChat(_client: ProviderClient, _messages: readonly ChatMessage[], { model }: StreamOptions) {
      const flood: Flood = { events: 0, isOver: false };
      floods.push(flood);
      return flooding(flood, Number(model.replace('flood-', '')));
    }
  }
  const key = `mk_test_${'f'.repeat(40)}`;
  const log = new CapturedLog();
  const maestro = MaestroModule.forRoot({
    persistence: InMemoryPersistenceModule.of(),
    providers: [wholeProvider({ streaming: Flooding })],
  });
  const rpc = MaestroRpcModule.forRoot({ maestro, adminKey: Secret.of(key), patience });
  const module = await Test.createTestingModule({ imports: [rpc] })
    .setLogger(log)
    .compile();
  const app = module.createNestApplication(new FastifyAdapter());
  await app.init();
  await app.get(Sessions, { strict: false }).create({
    provider: 'whole',
    authType: 'api_key',
    name: 'work',
    credentials: anApiKey('some-key-0123456789abcdefghij'),
  });
  const doors = await connectRpc(app, urls);
  return { addresses: doors.addresses, key, floods, log, close: () => app.close() };
}

async function* flooding(flood: Flood, characters: number): AsyncGenerator<StreamEvent> {
  try {
    yield { type: 'message-start', model: 'flood' };
    for (;;) {
      flood.events += 1;
      yield { type: 'text-delta', part: 0, text: 'x'.repeat(characters) };
      if (flood.events % inARead === 0) await nextTurn();
    }
  } finally {
    flood.isOver = true;
  }
}
