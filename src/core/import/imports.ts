import { randomUUID } from 'node:crypto';

import { Inject, Injectable } from '@nestjs/common';

import type { ErrorCategory } from '../../contracts/errors/category.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Session } from '../../contracts/session.js';
import { SessionId } from '../../contracts/session.js';
import type { CoreOptions } from '../core-options.js';
import { coreOptions } from '../core-options.js';
import { Consents } from '../login/consents.js';
import { ProviderRegistry } from '../registry/provider-registry.js';
import { checkedBaseUrl } from '../sessions/base-url.js';
import { CredentialCheck } from '../sessions/credential-check.js';
import { SecretKeeper } from '../sessions/secret-keeper.js';
import { Sessions } from '../sessions/sessions.js';
import type { ImportCandidate } from './candidates.js';
import { candidatesIn } from './candidates.js';
import type { ImportFile, ImportItem, ImportOutcome, ImportPlan, ImportTrouble, ImportVerdict } from './import-plan.js';

interface Planned {
  readonly candidate: ImportCandidate;
  readonly item: ImportItem;
}

/** What is wrong with one candidate; anything else is wrong with the import. */
const ofOneCandidate: ReadonlySet<ErrorCategory> = new Set(['invalid', 'conflict', 'unsupported', 'forbidden']);

/** Sessions out of the files of other programs. The files stay as they are. */
@Injectable()
export class Imports {
  constructor(
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(CredentialCheck) private readonly credentialCheck: CredentialCheck,
    @Inject(SecretKeeper) private readonly keeper: SecretKeeper,
    @Inject(ProviderRegistry) private readonly registry: ProviderRegistry,
    @Inject(Consents) private readonly consents: Consents,
    @Inject(coreOptions) private readonly options: CoreOptions,
  ) {}

  /** The dry run: what `apply` would do. Reads only, and asks no provider. */
  async plan(files: readonly ImportFile[]): Promise<ImportPlan> {
    const { planned, troubles } = await this.planned(files);
    return { items: planned.map(({ item }) => item), troubles };
  }

  /**
   * Creates what the plan says to create, one by one; what is in the way stays as it is and is reported. May be repeated: what
   * an earlier run has made is `same-secret` then.
   */
  async apply(files: readonly ImportFile[]): Promise<ImportOutcome> {
    const { planned, troubles } = await this.planned(files);
    const items: ImportItem[] = [];
    const created: Session[] = [];
    for (const { candidate, item } of planned) {
      if (item.verdict !== 'create') {
        items.push(item);
        continue;
      }
      const session = await this.create(candidate);
      if (MaestroError.is(session)) items.push({ ...item, verdict: verdictOf(session), note: session.message });
      else {
        items.push(item);
        created.push(session);
      }
    }
    return { items, troubles, created };
  }

  private async planned(
    files: readonly ImportFile[],
  ): Promise<{ readonly planned: readonly Planned[]; readonly troubles: readonly ImportTrouble[] }> {
    const manifests = this.registry.listProviders().map((provider) => this.registry.manifestOf(provider));
    const { candidates, troubles } = candidatesIn(files, manifests);
    const planned: Planned[] = [];
    const seen = new Set<string>();
    for (const candidate of candidates) planned.push({ candidate, item: await this.item(candidate, seen) });
    return { planned, troubles };
  }

  /** @param seen secrets of earlier candidates, by fingerprint, and their names */
  private async item(candidate: ImportCandidate, seen: Set<string>): Promise<ImportItem> {
    const { tool, origin, manifest, name, credentials, invalidatesLoginOf } = candidate;
    const { authType } = credentials;
    const item = { tool, origin, provider: manifest.id, authType, name };
    const objection = (await this.refusal(candidate)) ?? (await this.twin(candidate, seen)) ?? (await this.namesake(candidate, seen));
    if (objection !== undefined) return { ...item, ...objection };
    return { ...item, verdict: 'create', ...(invalidatesLoginOf !== undefined && { invalidatesLoginOf }) };
  }

  private async refusal({ manifest, credentials, baseUrl }: ImportCandidate): Promise<Objection | undefined> {
    const { authType } = credentials;
    const { allowPrivateUpstreams: allowPrivate } = this.options;
    return objectionFrom(async () => {
      if (baseUrl !== undefined) checkedBaseUrl(baseUrl, { allowPrivate });
      await this.credentialCheck.check({ provider: manifest.id, authType, credentials, baseUrl });
      // Whose terms a login is under does not hang on who made it.
      if (authType === 'oauth') await this.consents.require(manifest.id);
    });
  }

  private async twin({ manifest, credentials }: ImportCandidate, seen: Set<string>): Promise<Objection | undefined> {
    const owner = { id: SessionId.of(randomUUID()), provider: manifest.id, authType: credentials.authType, secretVersion: 1 };
    // Sealed and thrown away: the keeper alone knows what makes two secrets the same.
    const { fingerprint } = await this.keeper.seal(credentials, owner);
    if (seen.has(fingerprint)) return { verdict: 'same-secret', note: 'it stands in these files before' };
    seen.add(fingerprint);
    const [holder] = await this.keeper.holdersOf(credentials, owner);
    return holder && { verdict: 'same-secret', note: `session ${JSON.stringify(holder.name)} holds it` };
  }

  private async namesake({ manifest, name, credentials }: ImportCandidate, seen: Set<string>): Promise<Objection | undefined> {
    const { authType } = credentials;
    const slot = `${manifest.id}/${authType}/${name.toLowerCase()}`;
    const isTaken = seen.has(slot) || (await this.sessions.getNamedSession(manifest.id, authType, name)) !== undefined;
    seen.add(slot);
    return isTaken ? { verdict: 'name-taken', note: 'a session of this name holds another secret; rename it and import again' } : undefined;
  }

  private async create({ manifest, name, credentials, baseUrl }: ImportCandidate): Promise<Session | MaestroError> {
    const isShared = credentials.authType === 'oauth' && credentials.refreshToken !== undefined;
    const session = { name, credentials, ...(baseUrl !== undefined && { baseUrl }), ...(isShared && { caution: 'imported' }) };
    try {
      return await this.sessions.create({ provider: manifest.id, authType: credentials.authType, ...session });
    } catch (error) {
      return aboutOneCandidate(error);
    }
  }
}

type Objection = Pick<ImportItem, 'verdict' | 'note'>;

async function objectionFrom(check: () => Promise<void>): Promise<Objection | undefined> {
  try {
    await check();
    return undefined;
  } catch (error) {
    const refusal = aboutOneCandidate(error);
    return { verdict: verdictOf(refusal), note: refusal.message };
  }
}

function aboutOneCandidate(error: unknown): MaestroError {
  if (MaestroError.is(error) && ofOneCandidate.has(error.category)) return error;
  throw error;
}

function verdictOf({ code }: MaestroError): ImportVerdict {
  if (code === 'session.name-taken') return 'name-taken';
  return code === 'operation.unsupported' ? 'unsupported' : 'refused';
}
