import type { Change } from '../../core/changes/change-feed.port.js';

/** What the triggers write; `undefined` for anything else, which is to be taken for a change of everything. */
export function changeFromPayload(payload: string | undefined): Change | undefined {
  const told = parsed(payload ?? '');
  if (!isObject(told)) return undefined;
  const { session, caller, provider, name } = told;
  if (typeof caller === 'string') return { of: 'caller', id: caller };
  if (typeof session !== 'string' || typeof provider !== 'string' || typeof name !== 'string') return undefined;
  return { of: 'session', id: session, named: { provider, name } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
