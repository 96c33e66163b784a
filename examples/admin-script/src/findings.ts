import type { Callers, Sessions } from 'maestro-llm';

interface Page<T> {
  readonly data: readonly T[];
  readonly nextCursor?: string;
}

/** Lists come in pages: this walks them all. */
async function* all<T>(list: (query: { readonly limit: number; readonly cursor?: string }) => Promise<Page<T>>): AsyncGenerator<T> {
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const page = await list({ limit: 200, ...(cursor !== undefined && { cursor }) });
    yield* page.data;
    cursor = page.nextCursor;
  }
}

/** A line for each session that does not serve, with what to do about it in Maestro's own words. */
export async function sessionsInNeed(sessions: Sessions): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const { provider, authType, name, status, nextStep } of all((query) => sessions.list(query))) {
    if (status === 'active') continue;
    lines.push(`session ${provider}/${authType}/${name} is ${status}${nextStep === undefined ? '' : `: ${nextStep}`}`);
  }
  return lines;
}

/** A line for each caller whose key ends soon, and for each that never used the key it was given. */
export async function callersInNeed(callers: Callers, at: Date, soon: Date): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const { name, revokedAt, expiresAt, lastUsedAt } of all((query) => callers.list(query))) {
    if (revokedAt !== undefined || (expiresAt !== undefined && expiresAt <= at)) continue;
    if (expiresAt !== undefined && expiresAt <= soon) lines.push(`caller ${name}: its key ends at ${expiresAt.toISOString()}`);
    if (lastUsedAt === undefined) lines.push(`caller ${name}: its key was never used`);
  }
  return lines;
}
