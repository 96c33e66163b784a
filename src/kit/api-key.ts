import type { ConnectionReport, KeyVerdict } from '../contracts/behaviours/api-key.behaviour.js';
import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { OutgoingHeaders, ProviderClient } from '../contracts/provider-client.js';
import type { Secret } from '../contracts/secret.js';
import type { WireCall } from './wire-call.js';
import { requestJson } from './wire-call.js';

/** What a provider's keys look like. Loose on purpose: vendors change the form of their keys, and other servers have their own. */
export interface KeyForm {
  readonly provider: string;
  /** What is certainly no key, and what it is instead; the first form that fits decides. */
  readonly refused?: readonly (readonly [RegExp, string])[];
  /** What is strange in a key, in words; the first form that fits decides. */
  readonly warnings: readonly (readonly [RegExp, string])[];
}

const longest = 512;

/** Looks at the form only. @throws MaestroError `session.key-invalid` */
export function keyVerdict({ provider, refused = [], warnings }: KeyForm, apiKey: Secret): KeyVerdict {
  const key = apiKey.reveal();
  const fitting = (forms: typeof warnings): string | undefined => forms.find(([form]) => form.test(key))?.[1];
  const problem = generalProblem(key) ?? fitting(refused);
  if (problem !== undefined) throw new MaestroError('session.key-invalid', { provider, problem });
  const warning = fitting(warnings);
  return warning === undefined ? {} : { warning };
}

function generalProblem(key: string): string | undefined {
  if (key === '') return 'it is empty';
  if (key.length > longest) return `it is longer than ${String(longest)} characters`;
  return /^[\x21-\x7e]+$/.test(key) ? undefined : 'it has blanks or characters that no key has';
}

export interface ClientParts extends Pick<ProviderClient, 'http' | 'settings'> {
  /** The session's own address; absent: the setting `baseUrl`, else the default. */
  readonly baseUrl: string | undefined;
  readonly defaultBaseUrl: string;
  readonly authorise: (headers: OutgoingHeaders) => void;
}

/** A client at the nearest address that is known, however that was written. */
export function clientAt({ baseUrl, defaultBaseUrl, authorise, http, settings }: ClientParts): ProviderClient {
  const address = baseUrl ?? settings.text('baseUrl') ?? defaultBaseUrl;
  return { baseUrl: address.replace(/\/+$/, ''), authorise, http, settings };
}

/** The provider's cheapest request, timed. @throws MaestroError `session.credential-rejected` and upstream errors */
export async function testedWith(call: WireCall): Promise<ConnectionReport> {
  const before = performance.now();
  await requestJson(call);
  return { keyAccepted: true, latencyMs: Math.round(performance.now() - before) };
}
