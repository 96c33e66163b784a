import { Inject } from '@nestjs/common';

import type { Caller } from '../../../contracts/caller.js';
import type { ComplianceReport } from '../../../contracts/compliance.js';
import { ProviderRegistry } from '../../../core/registry/provider-registry.js';
import { UniversalProvider } from '../../../core/universal-provider.js';
import { NothingMessage, ProviderMessage } from '../../requests/messages.dto.js';
import { ProviderAnswerDto, ProviderListDto } from '../../requests/provider-answer.dto.js';
import { Pattern } from '../pattern.js';
import { RpcApi } from '../rpc-api.decorator.js';
import { CurrentCaller, Data } from '../rpc.guard.js';

@RpcApi()
export class ProvidersPatterns {
  constructor(
    @Inject(UniversalProvider) private readonly provider: UniversalProvider,
    @Inject(ProviderRegistry) private readonly registry: ProviderRegistry,
  ) {}

  @Pattern('providers.list')
  list(@CurrentCaller() caller: Caller, @Data(NothingMessage) _nothing: object): ProviderListDto {
    const provider = this.provider.for(caller);
    return new ProviderListDto(provider.listProviders().map(({ id }) => provider.providerCapabilities(id)));
  }

  @Pattern('providers.get')
  get(@CurrentCaller() caller: Caller, @Data(ProviderMessage) { provider }: ProviderMessage): ProviderAnswerDto {
    return new ProviderAnswerDto(this.provider.for(caller).providerCapabilities(provider));
  }

  @Pattern('compliance.get')
  compliance(@Data(NothingMessage) _nothing: object): ComplianceReport {
    return this.registry.report();
  }
}
