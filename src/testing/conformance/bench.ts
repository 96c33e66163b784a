import type { ApiKeyBehaviour } from '../../contracts/behaviours/api-key.behaviour.js';
import type { ModelsBehaviour } from '../../contracts/behaviours/models.behaviour.js';
import type { StreamingBehaviour } from '../../contracts/behaviours/streaming.behaviour.js';
import type { ProviderDefinition } from '../../contracts/define-provider.js';
import type { ProviderManifest } from '../../contracts/manifest.js';
import type { ProviderClient, ProviderSettings } from '../../contracts/provider-client.js';
import { Secret } from '../../contracts/secret.js';
import type { RunningSimulator } from '../../contracts/simulator.js';
import { httpClient } from '../../kit/http-client.js';
import type { IssuerOptions } from '../issuer/issuer.js';
import type { RunningIssuer } from '../issuer-simulator.js';
import { startIssuer } from '../issuer-simulator.js';
import type { Addresses, ProviderFixtures } from './fixtures.js';
import { Line } from './line.js';
import type { WiredProvider } from './wired-provider.js';
import { wiredProvider } from './wired-provider.js';

/** The client that the kit's issuer is told of. */
const oauthClient = { id: 'conformance-client', secret: 'conformance-client-secret' };

/** A provider at an issuer of its own. */
export interface LoginBench {
  readonly issuer: RunningIssuer;
  readonly provider: WiredProvider;
}

/** A provider at its simulator, for the checks of one run, one after another. */
export interface Bench {
  readonly definition: ProviderDefinition;
  readonly manifest: ProviderManifest;
  readonly fixtures: ProviderFixtures;
  readonly simulator: RunningSimulator;
  readonly line: Line;
  readonly settings: ProviderSettings;
  readonly apiKeys: ApiKeyBehaviour;
  readonly streaming: StreamingBehaviour;
  readonly models: ModelsBehaviour;
  /** A session's way to the simulator; with the simulator's own key unless another is given. */
  client(apiKey?: string): ProviderClient;
  /** What must never be seen outside a header. */
  readonly secrets: readonly string[];
  /** `settings` replace all that would be given. */
  atIssuer<T>(options: IssuerOptions, use: (login: LoginBench) => Promise<T>, settings?: Readonly<Record<string, string>>): Promise<T>;
  close(): Promise<void>;
}

export async function openBench(definition: ProviderDefinition, fixtures: ProviderFixtures): Promise<Bench> {
  const line = new Line(httpClient());
  const { apiKey } = fixtures.simulator;
  const simulator = await fixtures.simulator.start({ apiKey });
  const issuer = await startIssuer();
  const provider = await wiredProvider(definition, settingsAt(addressesOf(simulator, issuer), fixtures), line);

  const withKey = (key: string): ProviderClient =>
    provider.behaviour('api-key').createClient({ authType: 'api_key', apiKey: Secret.of(key), extra: fixtures.extra ?? {} }, {});
  const withToken = (token: string): ProviderClient =>
    provider
      .behaviour('oauth')
      .createClient({ authType: 'oauth', accessToken: Secret.of(token), tokenType: 'Bearer', scopes: [], extra: fixtures.extra ?? {} }, {});

  return {
    definition,
    manifest: definition.manifest,
    fixtures,
    simulator,
    line,
    settings: provider.settings,
    get apiKeys() {
      return provider.behaviour('api-key');
    },
    get streaming() {
      return provider.behaviour('streaming');
    },
    get models() {
      return provider.behaviour('models');
    },
    client: (key = apiKey) =>
      definition.manifest.behaviours['api-key'] === undefined ? withToken(fixtures.accessToken ?? key) : withKey(key),
    secrets: [apiKey, ...(fixtures.accessToken === undefined ? [] : [fixtures.accessToken])],
    async atIssuer(options, use, settings) {
      const own = await startIssuer({ clientId: oauthClient.id, ...options });
      const values = settings ?? settingsAt(addressesOf(simulator, own), fixtures);
      const login = await wiredProvider(definition, values, line);
      try {
        return await use({ issuer: own, provider: login });
      } finally {
        await login.close();
        await own.close();
      }
    },
    async close() {
      await provider.close();
      await line.close();
      await Promise.all([issuer.close(), simulator.close()]);
    },
  };
}

function addressesOf({ baseUrl }: RunningSimulator, { authorizeUrl, tokenUrl, deviceUrl, revokeUrl }: RunningIssuer): Addresses {
  return { baseUrl, authorizeUrl, tokenUrl, deviceUrl, revokeUrl };
}

function settingsAt(addresses: Addresses, { settings = () => ({}) }: ProviderFixtures): Readonly<Record<string, string>> {
  return {
    baseUrl: addresses.baseUrl,
    oauthAuthorizeUrl: addresses.authorizeUrl,
    oauthTokenUrl: addresses.tokenUrl,
    oauthClientId: oauthClient.id,
    oauthClientSecret: oauthClient.secret,
    ...settings(addresses),
  };
}
