import { randomUUID } from 'node:crypto';

import type { TestGateway } from './start-gateway.js';
import { provider } from './who-may.js';

export interface GuessFindings {
  readonly guesses: number;
  /** Statuses and bodies that there were, without what was asked for and the request's id. */
  readonly answers: ReadonlySet<string>;
  /** Welch's t of the times of ids that exist against ids that do not. */
  readonly t: number;
  /** Milliseconds, of the two in this order. */
  readonly means: readonly [number, number];
}

interface Guesses {
  readonly path: (id: string) => string;
  readonly existing: readonly string[];
}

/** What somebody without a grant learns who guesses ids, of which every second one exists. */
export async function guessedIds(gateway: TestGateway, count: number): Promise<readonly (GuessFindings & { readonly of: string })[]> {
  const { json } = await gateway.call('POST', '/api/callers', {
    body: { name: 'guesser', scopes: ['chat', 'sessions:read', 'sessions:write'] },
  });
  const key = String(json['key']);
  const sessions = await made(gateway, 20);
  const kinds: Readonly<Record<string, Guesses>> = {
    sessions: { path: (id) => `/api/sessions/${id}`, existing: sessions },
    models: { path: (id) => `/api/sessions/${id}/models`, existing: sessions },
    contexts: { path: (id) => `/api/sessions/${id}/contexts`, existing: sessions },
  };
  const findings: (GuessFindings & { readonly of: string })[] = [];
  for (const [of, guesses] of Object.entries(kinds)) findings.push({ of, ...(await guessed(gateway, key, guesses, count)) });
  return findings;
}

async function made(gateway: TestGateway, count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const body = {
      provider,
      authType: 'api_key',
      name: `secret_${String(index)}`,
      credentials: { apiKey: `key-${String(index)}-0123456789abcdef` },
    };
    const { status, json, text } = await gateway.call('POST', '/api/sessions', { body });
    if (status !== 201) throw new Error(text);
    ids.push(String(json['id']));
  }
  return ids;
}

async function guessed(gateway: TestGateway, key: string, { path, existing }: Guesses, count: number): Promise<GuessFindings> {
  const answers = new Set<string>();
  const times: [number[], number[]] = [[], []];
  for (let index = 0; index < count; index += 1) {
    const isThere = index % 2 === 0;
    const id = (isThere ? existing[(index / 2) % existing.length] : undefined) ?? randomUUID();
    const begun = performance.now();
    const { status, text } = await gateway.call('GET', path(id), { key });
    times[isThere ? 0 : 1].push(performance.now() - begun);
    answers.add(`${String(status)} ${text.replaceAll(id, '<id>').replace(/"requestId":"[^"]*"/, '')}`);
  }
  return { guesses: count, answers, t: welch(...times), means: [mean(times[0]), mean(times[1])] };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of the middle nine tenths: a pause of the machine says nothing of either. */
function welch(one: readonly number[], other: readonly number[]): number {
  const [a, b] = [trimmed(one), trimmed(other)];
  return (mean(a) - mean(b)) / Math.sqrt(variance(a) / a.length + variance(b) / b.length);
}

function trimmed(values: readonly number[]): readonly number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const cut = Math.floor(sorted.length / 20);
  return sorted.slice(cut, sorted.length - cut);
}

function variance(values: readonly number[]): number {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
}

export function guessesText(findings: readonly (GuessFindings & { readonly of: string })[]): string {
  return findings
    .map(({ of, guesses, answers, t, means: [there, not] }) => {
      const figures = `${there.toFixed(3)} ms where it exists, ${not.toFixed(3)} ms where not, t = ${t.toFixed(2)}`;
      return `${of}: ${String(guesses)} guesses, ${String(answers.size)} answer; ${figures}`;
    })
    .join('\n');
}

/** In one line. */
export function guessesFigure(findings: readonly GuessFindings[]): string {
  const guesses = findings.reduce((sum, finding) => sum + finding.guesses, 0);
  const answers = Math.max(...findings.map((finding) => finding.answers.size));
  const times = findings.map(({ t }) => t.toFixed(2)).join(', ');
  return `${String(guesses)} guessed ids of ${String(findings.length)} kinds: ${String(answers)} answer for each kind; t of the times ${times}`;
}
