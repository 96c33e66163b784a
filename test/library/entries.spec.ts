import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as contracts from '../../src/contracts/index.js';
import * as main from '../../src/index.js';
import * as kit from '../../src/kit/index.js';
import * as testing from '../../src/testing/index.js';
import { wholeProvider } from '../support/whole-provider.js';

/** Adding a name is free; taking one away or changing it is for a decision record, and for this list. */
describe('the published entries', () => {
  it('hold what applications are built with', () => {
    expect(Object.keys(main).sort()).toEqual([
      'Audit',
      'AuditLog',
      'CallerStore',
      'Callers',
      'Clock',
      'Consents',
      'ContextStore',
      'Contexts',
      'Fingerprints',
      'KeyRing',
      'LoginConsents',
      'Logins',
      'MaestroClient',
      'MaestroClientModule',
      'MaestroError',
      'MaestroHttpModule',
      'MaestroModule',
      'MaestroRpcModule',
      'PendingLogins',
      'PersistenceModule',
      'ProviderRegistry',
      'SavedAuthentications',
      'Secret',
      'SecretBox',
      'SessionStore',
      'Sessions',
      'UniversalProvider',
      'UsageReports',
      'UsageStore',
      'builtInProvidersFolder',
      'collectAnswer',
      'connectRpc',
      'gatewayAdapter',
      'localCaller',
      'prepareGateway',
      'storyMessages',
    ]);
  });

  it('hold what providers are built with', () => {
    expect(Object.keys(contracts)).toEqual(expect.arrayContaining(['defineProvider', 'MaestroError', 'Secret', 'StreamingBehaviour']));
    expect(Object.keys(kit)).toEqual(expect.arrayContaining(['forwardWire', 'openStream', 'requestJson', 'sseDecoder']));
    expect(Object.values({ ...contracts, ...kit }).every((value: unknown) => value !== undefined)).toBe(true);
  });

  it('hold what tests of providers are built with', () => {
    expect(Object.keys(testing).sort()).toEqual([
      'checkProvider',
      'conformanceOf',
      'defineSimulator',
      'describeProvider',
      'loadSimulators',
      'startIssuer',
      'startSimulatorServer',
      'writeConformance',
    ]);
  });

  it('know where the providers are that come with Maestro', () => {
    expect(existsSync(main.builtInProvidersFolder)).toBe(true);
  });
});

describe('the testing entry', () => {
  it('finds nothing wrong with a whole provider, and what is wrong with another', () => {
    const needing = wholeProvider({ settings: { region: { text: 'Where', requiredBy: 'provider' } } });
    expect(testing.checkProvider(needing)).toEqual([]);
    expect(testing.checkProvider(needing, { text: () => undefined, secret: () => undefined })).toMatchObject([{ code: 'setting-missing' }]);
  });

  it('loads the simulators that stand in a folder of providers, and no file beside them', async () => {
    const simulators = await testing.loadSimulators(join(process.cwd(), 'test/extension/fixtures/new'));
    expect(simulators.map(({ provider }) => provider)).toEqual(['acme']);
  });

  it('finds none where there is none', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'maestro-simulators-'));
    await expect(testing.loadSimulators(empty)).resolves.toEqual([]);
    await expect(testing.loadSimulators(join(process.cwd(), 'test/extension/fixtures/faulty'))).resolves.toEqual([]);
    rmSync(empty, { recursive: true });
  });
});
