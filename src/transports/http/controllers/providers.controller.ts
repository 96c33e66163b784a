import { Get, Inject, Param } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';

import type { Caller } from '../../../contracts/caller.js';
import type { ComplianceReport } from '../../../contracts/compliance.js';
import { ProviderRegistry } from '../../../core/registry/provider-registry.js';
import { UniversalProvider } from '../../../core/universal-provider.js';
import { ProviderAnswerDto, ProviderListDto } from '../../requests/provider-answer.dto.js';
import { CurrentCaller } from '../auth.guard.js';
import { NativeApi } from '../native-api.decorator.js';

@NativeApi('providers')
export class ProvidersController {
  constructor(
    @Inject(UniversalProvider) private readonly provider: UniversalProvider,
    @Inject(ProviderRegistry) private readonly registry: ProviderRegistry,
  ) {}

  @Get('providers')
  @ApiOperation({ summary: 'The providers that are served, and what each can do' })
  list(@CurrentCaller() caller: Caller): ProviderListDto {
    const provider = this.provider.for(caller);
    return new ProviderListDto(provider.listProviders().map(({ id }) => provider.providerCapabilities(id)));
  }

  @Get('providers/compliance')
  @ApiOperation({ summary: 'The report of the start: every provider found, with what is wrong with it' })
  compliance(): ComplianceReport {
    return this.registry.report();
  }

  @Get('providers/:provider')
  @ApiOperation({ summary: 'One provider' })
  one(@CurrentCaller() caller: Caller, @Param('provider') id: string): ProviderAnswerDto {
    return new ProviderAnswerDto(this.provider.for(caller).providerCapabilities(id));
  }
}
