import type { ProviderCapabilities } from '../../contracts/capabilities.js';
import type { ComplianceReport, ConformanceSummary, Finding, ProviderCompliance } from '../../contracts/compliance.js';
import type { ConformanceReport, ConformanceVerdict } from '../../contracts/conformance.js';

export interface CheckedProvider {
  readonly capabilities: ProviderCapabilities;
  readonly findings: readonly Finding[];
  readonly isServing: boolean;
  /** What came with the provider. */
  readonly conformance?: ConformanceReport | undefined;
}

/** Those that serve and those that were left out, in the order of loading; what could not be loaded comes last. Pure. */
export function complianceReport(checkedAt: Date, checked: readonly CheckedProvider[], loadFindings: readonly Finding[]): ComplianceReport {
  const providers = checked.map(({ capabilities, findings, isServing, conformance }): ProviderCompliance => ({
    id: capabilities.provider,
    displayName: capabilities.displayName,
    status: isServing ? 'serving' : 'left-out',
    features: capabilities.features,
    findings,
    ...(conformance !== undefined && { conformance: summaryOf(conformance) }),
  }));
  const notLoaded = loadFindings.map((finding): ProviderCompliance => ({
    id: finding.provider,
    displayName: finding.provider,
    status: 'left-out',
    features: [],
    findings: [finding],
  }));
  return { checkedAt: checkedAt.toISOString(), providers: [...providers, ...notLoaded] };
}

function summaryOf({ kit, ranAt, verdicts }: ConformanceReport): ConformanceSummary {
  const idsOf = (status: ConformanceVerdict['status']): readonly string[] =>
    verdicts.filter((verdict) => verdict.status === status).map(({ id }) => id);
  return { kit, ranAt, passed: idsOf('passed').length, skipped: idsOf('skipped').length, failed: idsOf('failed') };
}

export interface LogLine {
  readonly level: 'log' | 'warn';
  readonly text: string;
}

/** Milliseconds. */
export interface StartTimes {
  readonly loading: number;
  readonly checking: number;
}

/** What the log says at the start: one line for those that serve, one block for each provider with findings. Pure. */
export function startLines({ providers }: ComplianceReport, took: StartTimes): readonly LogLine[] {
  const serving = providers.filter(({ status }) => status === 'serving');
  const names = serving.map(({ id, features }) => `${id} (${features.join(', ')})`).join(', ');
  const times = `loaded in ${took.loading.toFixed(1)} ms, checked in ${took.checking.toFixed(1)} ms`;
  return [
    { level: 'log', text: `${String(serving.length)} providers serve (${times}): ${names || 'none'}` },
    ...providers.filter(({ findings }) => findings.length > 0).map(block),
  ];
}

function block({ id, status, findings }: ProviderCompliance): LogLine {
  const lines = findings.map(({ code, text }) => `\n  ${code}: ${text}`).join('');
  if (status === 'serving') return { level: 'log', text: `provider ${id} serves, with notes:${lines}` };
  return { level: 'warn', text: `provider ${id} was left out:${lines}` };
}
