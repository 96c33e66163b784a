import { join } from 'node:path';
import querystring from 'node:querystring';

import type { Environment } from './config/environment.js';
import { environmentNameOf } from './contracts/manifest.js';
import { Secret } from './contracts/secret.js';
import type { ProviderRegistry } from './core/registry/provider-registry.js';
import type { MaestroOptions } from './maestro.module.js';
import type { SecretFilter } from './observability/secret-filter.js';
import type { DatabaseSettings } from './persistence/create-data-source.js';
import type { KeySettings } from './persistence/encryption/key-file.js';

/** What the rooms are told of the environment, the same in the gateway and in the admin tool. */

export function databaseFrom({ databaseUrl, dataDir, postgresBin }: Environment): DatabaseSettings {
  if (databaseUrl !== undefined) return { url: databaseUrl };
  return { dataDir, ...(postgresBin !== undefined && { binariesFolder: postgresBin }) };
}

/** Beside the data, also where the database is elsewhere. */
export function spoolFolderIn({ dataDir }: Environment): string {
  return join(dataDir, 'spool');
}

export function keySettingsFrom({ databaseUrl, dataDir, encryptionKeys: keys, encryptionPrimary: primary }: Environment): KeySettings {
  return {
    ...(keys !== undefined && { keys }),
    ...(primary !== undefined && { primary }),
    ...(databaseUrl === undefined && { dataDir }),
  };
}

export function maestroOptionsFrom(environment: Environment): Omit<MaestroOptions, 'persistence' | 'providersFolders'> {
  const { httpsProxy, httpProxy, noProxy } = environment;
  return {
    providerPackages: environment.providerPackages,
    settings: environment.lookup,
    strict: environment.areProvidersStrict,
    allowPrivateUpstreams: environment.arePrivateUpstreamsAllowed,
    usageDays: environment.usageDays,
    limits: { answers: environment.maxAnswers, wrongKeysPerMinute: environment.wrongKeysPerMinute },
    http: {
      ...(httpsProxy !== undefined && { httpsProxy }),
      ...(httpProxy !== undefined && { httpProxy }),
      ...(noProxy !== undefined && { noProxy }),
    },
  };
}

/** What must not be printed as long as the process lives. */
export function secretsIn({ databaseUrl, encryptionKeys = '', httpsProxy, httpProxy, rpcUrls = [], otlp }: Environment): readonly Secret[] {
  const passwords = [databaseUrl, httpsProxy, httpProxy].map((address) => (address === undefined ? '' : passwordIn(address)));
  const keys = encryptionKeys.split(',').map((entry) => entry.slice(entry.indexOf('=') + 1));
  const headers = Object.values(otlp?.headers ?? {});
  return [...passwords, ...keys, ...headers, ...rpcUrls.flatMap(brokerSecretsIn)].map((text) => Secret.of(text));
}

/** A name without a password may be a token. */
function brokerSecretsIn(url: string): readonly string[] {
  const { username, password } = new URL(url);
  const secret = password === '' ? username : password;
  return [secret, querystring.unescape(secret)];
}

/** Not every address that PostgreSQL takes is one for `URL`: several hosts, or a socket's folder. */
function passwordIn(address: string): string {
  const written = /^\w+:\/\/[^:@/]*:([^@/]*)@/.exec(address)?.[1] ?? '';
  return querystring.unescape(written);
}

/** The same for the providers' own secret settings. */
export function rememberSettings(registry: ProviderRegistry, { lookup }: Environment, filter: SecretFilter): void {
  for (const id of registry.listProviders()) {
    for (const [name, { isSecret }] of Object.entries(registry.manifestOf(id).settings)) {
      const value = isSecret === true ? lookup(environmentNameOf(id, name)) : undefined;
      if (value !== undefined) filter.remember(Secret.of(value));
    }
  }
}
