import { Injectable } from '@nestjs/common';
import { Command, SubCommand } from 'nest-commander';

import type { ProviderCapabilities } from '../../../contracts/capabilities.js';
import type { ComplianceReport, ConformanceSummary } from '../../../contracts/compliance.js';
import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import { lineOf } from '../../../core/local-servers/local-server.js';
import type { CommonOptions } from '../admin-command.js';
import { AdminCommand, CommandGroup } from '../admin-command.js';
import { oneLine } from '../printable.js';
import { facts, table } from '../table.js';
import { ScaffoldProvider } from './providers-scaffold.command.js';

@SubCommand({ name: 'list', description: 'list the providers that are served, and what each can do' })
@Injectable()
class ListProviders extends AdminCommand {
  async run(_arguments: readonly string[], options: CommonOptions): Promise<void> {
    const registry = await this.workbench.registry();
    const providers = registry.listProviders().map((id) => registry.capabilitiesOf(id));
    const local = await (await this.workbench.localServers()).look(this.terminal.signal);
    const rows = providers.map(({ provider, displayName, authTypes, features }) => [
      provider,
      displayName,
      authTypes.join(', '),
      features.join(', '),
    ]);
    const text = [table(['provider', 'name', 'auth types', 'features'], rows), ...local.map((server) => `\n${lineOf(server)}\n`)].join('');
    this.print(options, { data: providers.map(answerFrom), ...(local.length > 0 && { local }) }, text);
  }
}

@SubCommand({
  name: 'show',
  description: 'show what one provider can do, needs and does not do',
  arguments: '<provider>',
  argsDescription: { provider: "the provider's id" },
})
@Injectable()
class ShowProvider extends AdminCommand {
  async run([provider = '']: readonly string[], options: CommonOptions): Promise<void> {
    const capabilities = (await this.workbench.registry()).capabilitiesOf(provider);
    this.print(options, answerFrom(capabilities), textOf(capabilities));
  }
}

@SubCommand({ name: 'check', description: 'check every provider that was found; ends with 78 where one is left out' })
@Injectable()
class CheckProviders extends AdminCommand {
  async run(_arguments: readonly string[], options: CommonOptions): Promise<void> {
    const report = (await this.workbench.registry()).report();
    this.print(options, report, checkedText(report));
    const leftOut = report.providers.filter(({ status }) => status === 'left-out');
    if (leftOut.length === 0) return;
    throw new MaestroError('provider.invalid', {
      provider: leftOut.map(({ id }) => id).join(', '),
      findings: leftOut.flatMap(({ findings }) => findings.map(({ text }) => text)),
    });
  }
}

export const providerVerbs = [ListProviders, ShowProvider, CheckProviders, ScaffoldProvider];

@Command({
  name: 'providers',
  description: 'the providers of this installation; needs no database',
  subCommands: providerVerbs,
})
@Injectable()
export class ProviderCommands extends CommandGroup {}

/** As the native API shows it. */
function answerFrom({ provider, ...rest }: ProviderCapabilities): object {
  return { id: provider, ...rest };
}

function textOf(capabilities: ProviderCapabilities): string {
  const { provider, displayName, authTypes, features, contextManagement, dialects, requirements, limitations } = capabilities;
  return facts([
    ['provider', provider],
    ['name', displayName],
    ['auth types', authTypes.join(', ')],
    ['features', features.join(', ')],
    ['contexts', contextManagement],
    ...dialects.map(({ dialect, operations }) => ['dialect', `${dialect}: ${operations.join(', ')}`] as const),
    ...requirements.map(
      ({ environmentName, requiredBy, isMet }) => ['needs', `${environmentName} for ${requiredBy} (${isMet ? 'set' : 'not set'})`] as const,
    ),
    ...limitations.map(({ about, text }) => ['limitation', `${about}: ${text}`] as const),
  ]);
}

function checkedText({ providers }: ComplianceReport): string {
  return providers
    .map(({ id, status, findings, conformance }) => [
      `${oneLine(id)}: ${status === 'serving' ? 'serves' : 'is left out'}`,
      ...findings.map(({ code, severity, text }) => `  ${severity} ${code}: ${oneLine(text)}`),
      ...(conformance === undefined ? [] : [`  ${oneLine(conformanceText(conformance))}`]),
    ])
    .map((lines) => `${lines.join('\n')}\n`)
    .join('');
}

/** The author's word: the kit ran where the provider was made, not here. */
function conformanceText({ kit, ranAt, passed, skipped, failed }: ConformanceSummary): string {
  const failures = failed.length === 0 ? 'none failed' : `failed ${failed.join(', ')}`;
  return `conformance by its author, ${ranAt}, kit of ${kit}: ${String(passed)} passed, ${String(skipped)} skipped, ${failures}`;
}
