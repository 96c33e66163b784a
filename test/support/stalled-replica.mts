// A replica in a process of its own, whose event loop a test can stop. Told by messages, tells by messages.
import 'reflect-metadata';

import type { RefreshTimes } from '../../src/core/refresh/refresh-times.js';
import { createDataSource } from '../../src/persistence/create-data-source.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { issuedProvider, startReplica } from './refreshing-maestro.js';

interface Parts {
  readonly url: string;
  readonly keys: string;
  readonly tokenUrl: string;
  readonly times: Partial<RefreshTimes>;
}

interface Order {
  readonly order: 'refresh' | 'stall';
  /** Milliseconds. */
  readonly forMs?: number;
}

const { url, keys, tokenUrl, times } = JSON.parse(process.argv[2] ?? '{}') as Parts;
const dataSource = await createDataSource({ url });
await dataSource.initialize();
const database = { url, dataSource, close: () => dataSource.destroy() };
const provider = issuedProvider({ tokenUrl, authorizeUrl: tokenUrl });
const replica = await startReplica({ database, keyRing: KeyRing.parse(keys), provider, times });

process.on('message', ({ order, forMs }: Order) => {
  if (order === 'stall') {
    process.send?.('stalled', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, forMs));
    return;
  }
  replica.maestro.refreshTokens('whole', 'login').then(
    ({ accessToken }) => process.send?.(`refreshed ${accessToken.reveal()}`),
    (error: unknown) => process.send?.(`failed ${String(error)}`),
  );
});
// Ends with the test that started it, however that ended.
process.on('disconnect', () => process.exit());
process.send?.('ready');
