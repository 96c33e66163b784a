import { Inject, Injectable } from '@nestjs/common';

import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import type { StreamEvent } from '../../../contracts/stream-event.js';
import type { ChosenRoute } from '../../../core/access/session-choice.js';
import { SessionChoice } from '../../../core/access/session-choice.js';
import { collectAnswer } from '../../../core/chat/collect-answer.js';
import { Forwarding } from '../../../core/chat/forwarding.js';
import { UsableModels } from '../../../core/models/usable-models.js';
import { ProviderRegistry } from '../../../core/registry/provider-registry.js';
import { UniversalProvider } from '../../../core/universal-provider.js';
import type { DoorRoute, ModelEncoding, WireParts } from '../../../kit/door.js';
import { retriesFrom } from '../retries-header.js';
import { tellUntranslated } from '../untranslated.js';
import { tellSession } from './answer-headers.js';
import type { Bound, DoorVisit } from './door-visit.js';
import { isUnreadable, jsonFrom, needsModel, notServed, renamed, wireHeaders } from './door-visit.js';
import { sendForwarded, sendJson, sendWritten } from './send-answer.js';

/**
 * From a door to a provider: the session first, then untouched where the provider speaks the door's wire, else through the
 * common types.
 */
@Injectable()
export class DoorWalk {
  constructor(
    @Inject(ProviderRegistry) private readonly registry: ProviderRegistry,
    @Inject(SessionChoice) private readonly choice: SessionChoice,
    @Inject(Forwarding) private readonly forwarding: Forwarding,
    @Inject(UniversalProvider) private readonly provider: UniversalProvider,
    @Inject(UsableModels) private readonly models: UsableModels,
  ) {}

  /** @throws MaestroError whatever stands in the way before the first byte */
  async answer(visit: DoorVisit): Promise<void> {
    const { routed, raw, body } = visit;
    const { route } = routed;
    if (route === undefined) throw notServed(visit);
    const { operation } = route;
    const { models } = routed.door;
    if (operation === 'list-models') return this.listModels(visit, models);
    const parts = { path: routed.path, ...(body !== undefined && { body }) };
    const chosen = await this.chosen(visit, route, parts);
    raw.setHeader('x-maestro-provider', chosen.address.provider);
    if (operation === 'get-model') return this.oneModel(visit, chosen, models);
    const bound: Bound = { ...visit, route, operation, parts, chosen };
    const isSpoken = this.speaks(bound);
    if (isSpoken && !isUnreadable(bound)) {
      return this.pass(bound).catch((error: unknown) => this.unpassed(bound, error));
    }
    if (operation === 'chat') return this.translate(bound, isSpoken);
    if (operation === 'other') throw notServed(visit);
    throw new MaestroError('operation.unsupported', {
      provider: chosen.address.provider,
      operation: `${operation} in ${routed.door.dialect}`,
    });
  }

  private async chosen({ caller, headers, routed, body }: DoorVisit, route: DoorRoute, parts: WireParts): Promise<ChosenRoute> {
    const model = route.model?.find(parts);
    if (model === undefined && needsModel.has(route.operation)) {
      jsonFrom(body);
      throw new MaestroError('request.invalid', { problems: ['model is missing, or is no text'] });
    }
    const session = headers['x-maestro-session'];
    const authType = headers['x-maestro-auth-type'];
    return this.choice.choose(caller, {
      homeProvider: routed.door.homeProvider,
      ...(model !== undefined && { model }),
      ...(typeof session === 'string' && { session }),
      ...(typeof authType === 'string' && { authType }),
    });
  }

  private speaks({ chosen, operation, routed: { door } }: Bound): boolean {
    const { dialects } = this.registry.capabilitiesOf(chosen.address.provider);
    return dialects.some((support) => support.dialect === door.dialect && support.operations.includes(operation));
  }

  private async pass(bound: Bound): Promise<void> {
    const { caller, method, headers, signal, raw, routed, route, operation, chosen, overhead, takeOver, noted } = bound;
    const { door } = routed;
    const { address, model } = chosen;
    const { path, body } = renamed(bound);
    const answer = await this.forwarding.forward({
      caller,
      address,
      model,
      request: {
        dialect: door.dialect,
        operation,
        method,
        path: `${door.wirePrefix}${path}${routed.query}`,
        headers: wireHeaders(headers),
        ...(body !== undefined && { body }),
        signal,
      },
      failureOf: door.failureOf,
      ...(route.operation === 'chat' && {
        tapFor: ({ status, headers: given }, depth) =>
          status < 300 ? door.tapFor(address.provider, String(given['content-type']), depth) : undefined,
      }),
      ...retriesFrom(headers),
      onAsk: overhead.asked,
      onAnswer: overhead.answered,
    });
    tellSession(raw, answer.session);
    takeOver();
    await sendForwarded(raw, answer, (...broken) => door.encodeBreak(...broken), noted);
  }

  /** Not every session of a provider leads to where all its wires are spoken; words of ours arrive there all the same. */
  private async unpassed(bound: Bound, error: unknown): Promise<void> {
    if (bound.operation !== 'chat' || !MaestroError.is(error) || error.code !== 'operation.unsupported') throw error;
    return this.translate(bound, false);
  }

  private async translate(bound: Bound, isSpoken: boolean): Promise<void> {
    const { caller, headers, signal, raw, routed, route, chosen, overhead, takeOver, noted, body } = bound;
    const { address, model } = chosen;
    const decoded = routed.door.decode({
      body: jsonFrom(body),
      headers: wireHeaders(headers),
      route,
      model,
      search: routed.search,
      provider: address.provider,
      isSpoken,
      created: Math.floor(Date.now() / 1000),
    });
    const { messages, ...request } = decoded.request;
    const stream = await this.provider.for(caller).streamChat(address.provider, address.session, messages, {
      ...request,
      model,
      ...(address.authType !== undefined && { authType: address.authType }),
      ...retriesFrom(headers),
      signal,
      onAsk: overhead.asked,
      onAnswer: overhead.answered,
    });
    tellSession(raw, stream.session);
    if (decoded.stream) {
      tellUntranslated(raw, [...decoded.notices, ...stream.untranslated]);
      takeOver();
      return sendWritten(raw, stream, decoded.streamed(), noted);
    }
    const events: StreamEvent[] = [];
    for await (const event of stream) events.push(event);
    overhead.answered();
    const written = decoded.written(collectAnswer(stream.streamId, events));
    tellUntranslated(raw, [...decoded.notices, ...stream.untranslated, ...written.notices]);
    takeOver();
    sendJson(raw, written.body);
  }

  private async listModels(visit: DoorVisit, encoding: ModelEncoding | undefined): Promise<void> {
    const { caller, routed, raw, takeOver } = visit;
    if (encoding === undefined) throw notServed(visit);
    const models = await this.models.list(caller);
    takeOver();
    sendJson(raw, encoding.list(models, routed.search));
  }

  private async oneModel(visit: DoorVisit, { address: at, model: id }: ChosenRoute, encoding: ModelEncoding | undefined): Promise<void> {
    const { caller, routed, raw, signal, takeOver } = visit;
    if (encoding === undefined) throw notServed(visit);
    const { provider, authType, session } = at;
    const model = await this.provider.for(caller).getModel(provider, authType, session, id, { signal });
    takeOver();
    // By the name that the client knows it by.
    const address = routed.route?.model?.find({ path: routed.path }) ?? id;
    sendJson(raw, encoding.one({ address, provider, model }));
  }
}
