import { Inject, Injectable, Logger } from '@nestjs/common';

import type { Caller } from '../../contracts/caller.js';
import { Clock } from '../../contracts/clock.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Model } from '../../contracts/model.js';
import type { ProviderId } from '../../contracts/provider-id.js';
import type { SessionRecord } from '../../contracts/session.js';
import { mayUse, requireScope } from '../access/may-use.js';
import { ProviderRegistry } from '../registry/provider-registry.js';
import { SessionStore } from '../sessions/session-store.port.js';
import { UniversalProvider } from '../universal-provider.js';

/** A model of a session, and what a request of this caller has to name to get to it. */
export interface UsableModel {
  readonly address: string;
  readonly provider: ProviderId;
  readonly model: Model;
}

interface KeptList {
  readonly models: Promise<readonly Model[]>;
  readonly until: number;
}

/** Milliseconds that a list is taken for true; and that a provider is not asked again after it failed. */
const keptForMs = 30_000;
const failureKeptForMs = 5_000;

/** Milliseconds after which the other providers' models go out without this one's. */
const patienceMs = 10_000;

const pageSize = 200;
const mostKept = 5_000;

/** What a caller may use, across providers and sessions. A provider that fails is left out: the others still serve. */
@Injectable()
export class UsableModels {
  private readonly logger = new Logger('Models');
  private readonly kept = new Map<string, KeptList>();

  constructor(
    @Inject(ProviderRegistry) private readonly registry: ProviderRegistry,
    @Inject(SessionStore) private readonly store: SessionStore,
    @Inject(UniversalProvider) private readonly provider: UniversalProvider,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Sorted by address. @throws MaestroError `caller.scope-missing` */
  async list(caller: Caller): Promise<readonly UsableModel[]> {
    requireScope(caller, 'chat');
    const sessions = await this.usableSessions(caller);
    const lists = await Promise.all(
      sessions.map(async (session) => {
        const models = await this.modelsOf(caller, session);
        const prefix = prefixOf(caller, session, sessions);
        return models.map((model) => ({ address: `${prefix}/${model.id}`, provider: session.provider, model }));
      }),
    );
    return lists.flat().sort((one, other) => (one.address < other.address ? -1 : 1));
  }

  private async usableSessions(caller: Caller): Promise<readonly SessionRecord[]> {
    const usable: SessionRecord[] = [];
    let after: SessionRecord['id'] | undefined;
    do {
      const page = await this.store.list({ limit: pageSize, ...(after !== undefined && { after }) });
      usable.push(
        ...page.data.filter(
          (record) => record.status !== 'disabled' && this.registry.serves(record.provider) && mayUse(caller, 'chat', record),
        ),
      );
      after = page.nextCursor === undefined ? undefined : page.data.at(-1)?.id;
    } while (after !== undefined);
    return usable;
  }

  /** Kept by session and generation, so that a changed session is asked anew. What a caller may use is never kept. */
  private modelsOf(caller: Caller, session: SessionRecord): Promise<readonly Model[]> {
    const key = `${session.id} ${String(session.generation)}`;
    const known = this.kept.get(key);
    if (known !== undefined && known.until > this.clock.monotonic()) return known.models;
    const models = this.asked(caller, session).catch((failure: unknown) => {
      this.keep(key, Promise.resolve([]), failureKeptForMs);
      const { code } = MaestroError.from(failure);
      this.logger.warn({ text: 'a session lists no models', provider: session.provider, sessionId: session.id, code });
      return [];
    });
    this.keep(key, models, keptForMs);
    return models;
  }

  private async asked(caller: Caller, { provider, authType, id }: SessionRecord): Promise<readonly Model[]> {
    return this.provider.for(caller).listModels(provider, authType, id, { signal: AbortSignal.timeout(patienceMs) });
  }

  private keep(key: string, models: KeptList['models'], milliseconds: number): void {
    const now = this.clock.monotonic();
    if (this.kept.size >= mostKept) for (const [old, { until }] of this.kept) if (until <= now) this.kept.delete(old);
    this.kept.set(key, { models, until: now + milliseconds });
  }
}

/** As short as can be: a session is named where a request that names none would not get to it. */
function prefixOf({ defaults }: Caller, { id, provider, name }: SessionRecord, sessions: readonly SessionRecord[]): string {
  const ofProvider = sessions.filter((session) => session.provider === provider);
  const given = defaults?.[provider];
  if (given === undefined ? ofProvider.length === 1 : given === id || given === name) return provider;
  const isAmbiguous = ofProvider.some((session) => session.name === name && session.id !== id);
  return `${provider}:${isAmbiguous ? id : name}`;
}
