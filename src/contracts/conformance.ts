/** What one check of the conformance kit found. */
export interface ConformanceVerdict {
  /** `area.what`; means the same in every version of the kit. */
  readonly id: string;
  /** What is demanded, as a sentence. */
  readonly title: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  /** Why it failed or was skipped. */
  readonly detail?: string;
}

export const conformanceSchema = 'maestro-conformance/1';

/**
 * What a provider's own run of the conformance kit found, as its author hands it out: `conformance.json` beside the provider's
 * module, or in the root of its package.
 */
export interface ConformanceReport {
  readonly schema: typeof conformanceSchema;
  /** The provider's id. */
  readonly provider: string;
  readonly displayName: string;
  /** The version of the contracts that it was made for. */
  readonly contract: number;
  /** The program whose kit ran, with its version. */
  readonly kit: string;
  /** ISO 8601. */
  readonly ranAt: string;
  /** In the order of the kit, each check once. */
  readonly verdicts: readonly ConformanceVerdict[];
}

/** Where a report lies: beside a provider's module, or in the root of its package. */
export const conformanceFile = 'conformance.json';

/** A report that is shown; `undefined` for what is none of this version. */
export function conformanceFrom(value: unknown): ConformanceReport | undefined {
  if (!isRecord(value) || value['schema'] !== conformanceSchema) return undefined;
  const { provider, displayName, contract, kit, ranAt, verdicts } = value;
  if (!isText(provider) || !isText(displayName) || !isText(kit) || !isText(ranAt) || typeof contract !== 'number') return undefined;
  if (Number.isNaN(Date.parse(ranAt)) || !Array.isArray(verdicts) || !verdicts.every(isVerdict)) return undefined;
  return { schema: conformanceSchema, provider, displayName, contract, kit, ranAt, verdicts: verdicts.map(verdictOf) };
}

function isVerdict(value: unknown): value is ConformanceVerdict {
  if (!isRecord(value) || !isText(value['id']) || !isText(value['title'])) return false;
  const { status, detail } = value;
  return (status === 'passed' || status === 'failed' || status === 'skipped') && (detail === undefined || isText(detail));
}

/** Nothing else that stood in the file. */
function verdictOf({ id, title, status, detail }: ConformanceVerdict): ConformanceVerdict {
  return { id, title, status, ...(detail !== undefined && { detail }) };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 2_000;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
