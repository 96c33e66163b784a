import type { ErrorCategory } from '../../src/contracts/errors/category.js';
import { exitCodeOf } from '../../src/contracts/errors/exit-code.js';
import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import { documentedUsages } from '../support/documented-usages.js';
import { runTool, workbenchOf } from '../support/run-tool.js';

describe('the help of every command', () => {
  it.each(documentedUsages())('%s: says what it is for, and ends with how it is typed', async (usage) => {
    const path = usage.split(' ').filter((word) => /^[a-z]/.test(word));
    const { exitCode, output, errors } = await runTool([...path, '--help']);
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
    expect(output).toMatch(/^Usage: .*\n\n\S.{10,}/);
    const [example = ''] = output.trimEnd().split('\n').slice(-1);
    const typed = /maestro ([^|]*)/.exec(example)?.[1] ?? '';
    expect(typed.startsWith(path.join(' '))).toBe(true);
    // Nothing of it is a placeholder.
    expect(typed).not.toMatch(/<(?! )/);
  });
});

const named = { provider: 'acme', name: 'work' };

/** A failure of each category. */
const failures: Readonly<Record<ErrorCategory, MaestroError>> = {
  invalid: new MaestroError('request.invalid', { problems: ['it is wrong'] }),
  'too-large': new MaestroError('request.too-large', { limit: '1 MiB' }),
  unsupported: new MaestroError('operation.unsupported', { provider: 'acme', operation: 'oauth' }),
  conflict: new MaestroError('caller.name-taken', { name: 'ci' }),
  contradictory: new MaestroError('idempotency.key-reused', {}),
  'not-found': new MaestroError('route.unknown', { method: 'GET', path: '/x' }),
  upstream: new MaestroError('upstream.unreachable', { origin: 'https://acme.test', reason: 'ECONNREFUSED' }),
  'upstream-timeout': new MaestroError('upstream.timeout', { origin: 'https://acme.test', phase: 'connecting' }),
  internal: new MaestroError('internal', {}),
  'rate-limited': new MaestroError('caller.rate-limited', { perMinute: 1 }),
  unavailable: new MaestroError('session.refresh-busy', named),
  unauthenticated: new MaestroError('caller.key-invalid', {}),
  forbidden: new MaestroError('caller.scope-missing', { scope: 'admin' }),
  credential: new MaestroError('session.expired', { ...named, expiredAt: '2026-03-01T09:00:00Z' }),
  configuration: new MaestroError('login.not-configured', { provider: 'acme', setting: 'ACME_OAUTH_CLIENT_ID' }),
  cancelled: new MaestroError('request.cancelled', {}),
};

describe('a command that fails', () => {
  it.each(Object.entries(failures))('ends with the code of its category, having told why in one line: %s', async (category, failure) => {
    expect(failure.category).toBe(category);
    const workbench = workbenchOf({ registry: () => Promise.reject(failure) });
    const { exitCode, output, errors } = await runTool(['providers', 'list'], { workbench });
    expect({ exitCode, output }).toEqual({ exitCode: exitCodeOf[failure.category], output: '' });
    expect(errors).toMatch(/^maestro: .+\n$/);
    expect(errors.trimEnd()).not.toContain('\n');
  });
});
