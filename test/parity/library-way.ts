import type { INestApplicationContext } from '@nestjs/common';

import { AdminKey } from '../../src/core/access/admin-key.js';
import { CallerKeys } from '../../src/core/access/caller-keys.js';
import { Callers } from '../../src/core/access/callers.js';
import { localCaller } from '../../src/core/access/local-caller.js';
import { Audit } from '../../src/core/audit/audit.js';
import { Contexts } from '../../src/core/contexts/contexts.js';
import { Logins } from '../../src/core/login/logins.js';
import { ProviderRegistry } from '../../src/core/registry/provider-registry.js';
import { Sessions } from '../../src/core/sessions/sessions.js';
import { UniversalProvider } from '../../src/core/universal-provider.js';
import { UsageReports } from '../../src/core/usage/usage-reports.js';
import type { Caller } from '../../src/contracts/caller.js';
import type { ProviderCapabilities } from '../../src/contracts/capabilities.js';
import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import { problemFromError } from '../../src/contracts/errors/problem.js';
import { Secret } from '../../src/contracts/secret.js';
import { credentialsFrom } from '../../src/transports/requests/credentials.dto.js';
import { sessionAddressFrom } from '../../src/transports/requests/session.dto.js';
import { newCallerFrom, whyAddressFrom } from '../../src/transports/requests/caller.dto.js';
import { usageQueryFrom } from '../../src/transports/requests/usage.dto.js';
import type { Asked, Operation, Way } from './way.js';
import { readAll, readSome } from './way.js';

/** What a step says in JSON. An application's compiler would check it: here it is taken for whatever is asked for. */
type Said = Readonly<
  Record<
    | 'session'
    | 'credentials'
    | 'provider'
    | 'model'
    | 'id'
    | 'code'
    | 'contextId'
    | 'chunkId'
    | 'scope'
    | 'caller'
    | 'messages'
    | 'name'
    | 'authType',
    never
  >
>;
type Method = (parts: Parts, data: Said) => unknown;

interface Parts {
  readonly caller: Caller;
  readonly provider: UniversalProvider;
  readonly registry: ProviderRegistry;
  readonly sessions: Sessions;
  readonly logins: Logins;
  readonly contexts: Contexts;
  readonly callers: Callers;
  readonly audit: Audit;
  readonly usage: UsageReports;
}

/** Every other way calls the provider's id `id`. */
const named = ({ provider: id, ...rest }: ProviderCapabilities) => ({ id, ...rest });
const address = ({ session }: Said) => sessionAddressFrom(session);
const beside = ({ session: _session, ...rest }: Said): never => rest as never;

const methods: Readonly<Record<Exclude<Operation, 'chat.cancel'>, Method>> = {
  'providers.list': ({ provider }) => ({ data: provider.listProviders().map(({ id }) => named(provider.providerCapabilities(id))) }),
  'providers.get': ({ provider }, data) => named(provider.providerCapabilities(data.provider)),
  'compliance.get': ({ registry }) => registry.report(),
  'sessions.create': ({ sessions }, data) =>
    sessions.create({ ...(data as object), credentials: credentialsFrom(data.credentials) } as never),
  'sessions.list': ({ sessions }, data) => sessions.list(data),
  'sessions.get': ({ sessions }, data) => sessions.get(address(data)),
  'sessions.update': ({ sessions }, data) => sessions.change(address(data), beside(data)),
  'sessions.replaceCredentials': ({ sessions }, data) =>
    sessions.replaceCredentials(address(data), { credentials: credentialsFrom(data.credentials) }),
  'sessions.delete': ({ sessions }, data) => sessions.delete(address(data)),
  'sessions.clone': ({ sessions }, data) => sessions.clone(address(data), beside(data)),
  'sessions.refresh': ({ provider }, data) => provider.refreshSession(address(data)),
  'sessions.test': ({ sessions }, data) => sessions.test(address(data)),
  'models.list': async ({ provider }, data) => ({ data: await provider.modelsOf(address(data)) }),
  'models.get': ({ provider }, data) => provider.modelOf(address(data), data.model),
  'logins.begin': ({ logins }, data) => logins.begin(data),
  'logins.get': ({ logins }, data) => logins.get(data.id),
  'logins.complete': ({ logins }, data) => logins.complete(data.id, Secret.of(data.code)),
  'logins.delete': ({ logins }, data) => logins.cancel(data.id),
  'chat.complete': ({ provider }, { provider: id, session, messages, ...options }) =>
    provider.completeChat(id, session, messages, { ...(options as object), retries: 0 } as never),
  'chat.stream': ({ provider }, { provider: id, session, messages, ...options }) =>
    readAll(() => provider.streamChat(id, session, messages, { ...(options as object), retries: 0 } as never)),
  'chat.left': ({ provider }, { provider: id, session, messages, ...options }) =>
    readSome(() => provider.streamChat(id, session, messages, { ...(options as object), retries: 0 } as never)),
  'contexts.list': ({ contexts }, data) => contexts.list(address(data), {}),
  'contexts.chunks': ({ contexts }, data) => contexts.chunks(address(data), data.contextId, {}),
  'contexts.deleteChunk': async ({ contexts }, data) => ({
    deleted: await contexts.deleteChunk(address(data), data.contextId, data.chunkId),
  }),
  'callers.create': async ({ callers }, data) => {
    const { account, key } = await callers.create(newCallerFrom(data));
    return { ...account, key: key.reveal() };
  },
  'callers.list': ({ callers }, data) => callers.list(data as never),
  'callers.get': ({ callers }, data) => callers.get(data.id),
  'callers.delete': ({ callers }, data) => callers.revoke(data.id),
  'callers.why': ({ callers }, { id, scope, ...session }) => callers.why(id, whyAddressFrom(session), scope),
  'grants.create': ({ callers }, { caller, ...grant }) => callers.grant(caller, grant),
  'grants.delete': ({ callers }, { caller, id }) => callers.revokeGrant(caller, id),
  'defaults.update': ({ callers }, { caller, provider, session }) => callers.setDefault(caller, provider, session),
  'defaults.delete': async ({ callers }, { caller, provider }) => {
    await callers.setDefault(caller, provider, undefined);
  },
  'audit.list': ({ audit }, data) => audit.list(data as never),
  'usage.list': ({ usage }, data) => usage.list(usageQueryFrom(data)),
};

/** What an application that embeds Maestro calls, as the caller whose key it was given. */
export function libraryWay(application: Pick<INestApplicationContext, 'get'>, close: () => Promise<void>): Way {
  const get = <T>(type: new (...given: never[]) => T): T => application.get<T>(type, { strict: false });
  const nobody = new AdminKey(Secret.of('no key opens everything in the library'));
  const partsFor = async (key: string | undefined): Promise<Parts> => {
    const caller = key === undefined ? localCaller : await get(CallerKeys).callerOf(key, nobody);
    return {
      ...{ caller, registry: get(ProviderRegistry), provider: get(UniversalProvider).for(caller), sessions: get(Sessions).for(caller) },
      ...{ logins: get(Logins).for(caller), contexts: get(Contexts).for(caller) },
      ...{ callers: get(Callers).for(caller), audit: get(Audit).for(caller), usage: get(UsageReports).for(caller) },
    };
  };
  return {
    name: 'library',
    close,
    without({ operation, data }) {
      if (operation === 'chat.cancel') return 'an application aborts its own signal';
      return 'mistyped' in data ? 'the compiler refuses it' : undefined;
    },
    async ask({ operation, data, key }: Asked) {
      if (operation === 'chat.cancel') throw new TypeError('the library has no word for it');
      try {
        const answer = await methods[operation](await partsFor(key), data as never);
        return { answer: JSON.parse(JSON.stringify(answer ?? null)) as unknown };
      } catch (error) {
        return { problem: problemFromError(MaestroError.from(error)) };
      }
    },
  };
}
