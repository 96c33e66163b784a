import type { UsageTokens } from '../../contracts/usage.js';
import type { UsageEntry } from './usage-store.port.js';

/** One request that is over. */
export type UsageNote = Pick<
  UsageEntry,
  'callerId' | 'callerName' | 'sessionId' | 'sessionName' | 'provider' | 'authType' | 'model' | 'operation' | 'outcome' | 'latencyMs'
> & {
  readonly at: Date;
  readonly tokens: Partial<UsageTokens>;
  /** Milliseconds; absent: there was no content. */
  readonly firstMs?: number;
};

type Sums = { -readonly [Name in keyof UsageEntry]: UsageEntry[Name] } & { tokens: { -readonly [Kind in keyof UsageTokens]: number } };

const hourMs = 3_600_000;

/** Stands for names of models that are too many, or none. */
const otherModels = '(other)';

/** Models of one caller with one session that are told apart in an hour; clients may write anything there. */
const mostModels = 50;

/** Kinds of request that wait to be written. */
const mostEntries = 10_000;

const readableName = /^\P{C}{0,100}$/u;

/** Counts requests until they are written. However many there are and whatever they name, it holds a bounded number of sums. */
export class UsageTally {
  readonly #sums = new Map<string, Sums>();
  readonly #models = new Map<string, Set<string>>();
  #hour = 0;
  #lost = 0;

  get size(): number {
    return this.#sums.size;
  }

  add(note: UsageNote): void {
    const hour = Math.floor(note.at.getTime() / hourMs) * hourMs;
    const sums = this.sumsOf(hour, this.toldModel(hour, note), note) ?? this.sumsOf(hour, otherModels, note);
    if (sums === undefined) this.#lost += 1;
    else count(sums, note);
  }

  /** What was counted since the last time. */
  take(): readonly UsageEntry[] {
    const entries = [...this.#sums.values()];
    this.#sums.clear();
    return entries;
  }

  /** How many requests found no room since the last time. */
  takeLost(): number {
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }

  private toldModel(hour: number, { callerId, sessionId, model }: UsageNote): string {
    if (hour !== this.#hour) this.#models.clear();
    this.#hour = hour;
    const place = `${callerId} ${sessionId}`;
    const known = this.#models.get(place) ?? new Set();
    if (known.has(model)) return model;
    if (known.size >= mostModels || !readableName.test(model)) return otherModels;
    this.#models.set(place, known.add(model));
    return model;
  }

  private sumsOf(hour: number, model: string, note: UsageNote): Sums | undefined {
    const { callerId, sessionId, operation, outcome } = note;
    const key = `${String(hour)} ${callerId} ${sessionId} ${operation} ${outcome} ${model}`;
    const known = this.#sums.get(key);
    if (known !== undefined || this.#sums.size >= mostEntries) return known;
    const sums = emptySums(new Date(hour), model, note);
    this.#sums.set(key, sums);
    return sums;
  }
}

function emptySums(hour: Date, model: string, note: UsageNote): Sums {
  const { callerId, callerName, sessionId, sessionName, provider, authType, operation, outcome } = note;
  const about = { hour, callerId, callerName, sessionId, sessionName, provider, authType, model, operation, outcome };
  const tokens = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0, toolUsePrompt: 0 };
  return { ...about, requests: 0, tokens, latencyMs: 0, slowestMs: 0, firstMs: 0, firsts: 0 };
}

function count(sums: Sums, { callerName, sessionName, tokens, latencyMs, firstMs }: UsageNote): void {
  sums.callerName = callerName;
  sums.sessionName = sessionName;
  sums.requests += 1;
  for (const kind of tokenKinds) sums.tokens[kind] += countOf(tokens[kind]);
  sums.latencyMs += latencyMs;
  sums.slowestMs = Math.max(sums.slowestMs, latencyMs);
  if (firstMs === undefined) return;
  sums.firstMs += firstMs;
  sums.firsts += 1;
}

export const tokenKinds = ['input', 'output', 'cacheRead', 'cacheWrite', 'reasoning', 'toolUsePrompt'] as const;

/** Beyond it, sums of many could not be told exactly. */
const mostTokens = 1_000_000_000;

/** Providers report what they like; what cannot be a number of tokens is none. */
function countOf(tokens: number | undefined): number {
  return tokens !== undefined && Number.isSafeInteger(tokens) && tokens > 0 && tokens <= mostTokens ? tokens : 0;
}
