import { Secret } from '../secret.js';
import type { ErrorCode, ErrorDefinition } from './catalogue.js';
import { catalogue } from './catalogue.js';
import { MaestroError } from './maestro-error.js';
import { problemFromError } from './problem.js';

const codes = Object.keys(catalogue) as readonly ErrorCode[];

/** Parameters for any code: each text is `text`, each list holds it, each status is a number. */
function parametersOf(text: unknown): never {
  return new Proxy({}, { get: (_, name) => valueOf(String(name), text), has: () => false }) as never;
}

function valueOf(name: string, text: unknown): unknown {
  if (name === 'status') return 418;
  return ['known', 'served'].includes(name) || name.endsWith('s') ? [text, text] : text;
}

function detailOf(code: ErrorCode, text: unknown): string {
  const definition: ErrorDefinition<never> = catalogue[code];
  return definition.detail(parametersOf(text));
}

describe('the catalogue of errors', () => {
  it.each(codes)('names %s as noun.problem', (code) => {
    expect(code).toMatch(/^(?:[a-z]+(?:-[a-z]+)*\.[a-z]+(?:-[a-z]+)*|internal)$/);
  });

  it.each(codes)('says in words what %s is', (code) => {
    const { title } = catalogue[code];
    const detail = detailOf(code, 'given');
    expect(title).toMatch(/^[A-Z].*[^.\s]$/);
    expect(detail).not.toBe('');
    expect(detail).not.toMatch(/undefined|\[object|NaN|\.$/);
  });

  it('gives each code a title of its own', () => {
    expect(new Set(codes.map((code) => catalogue[code].title)).size).toBe(codes.length);
  });

  it.each(codes)('shows no secret in %s, though one was handed in by mistake', (code) => {
    const text = 'sk-a-text-nobody-may-see-1234';
    const cause = new Error(text);
    const error = new MaestroError(code, parametersOf(Secret.of(text)), { cause });
    const shown = JSON.stringify([error.message, error.title, { ...problemFromError(error), problems: [] }]);
    expect(shown).not.toContain(text);
    expect(shown).not.toContain('1234');
  });

  it.each([
    new MaestroError('provider.unknown', { provider: 'x'.repeat(10_000), known: ['acme'] }),
    new MaestroError('provider.id-invalid', { provider: 'x'.repeat(10_000) }),
    new MaestroError('auth-type.unknown', { authType: 'x'.repeat(10_000) }),
    new MaestroError('session.name-invalid', { name: 'x'.repeat(10_000), problem: 'it is long' }),
    new MaestroError('session.not-found', { session: 'x'.repeat(10_000) }),
    new MaestroError('model.not-found', { provider: 'acme', model: 'x'.repeat(10_000) }),
    new MaestroError('context.not-found', { contextId: 'x'.repeat(10_000) }),
    new MaestroError('context.chunk-not-found', { chunkId: 'x'.repeat(10_000) }),
    new MaestroError('request.content-type', { contentType: 'x'.repeat(10_000) }),
    new MaestroError('route.unknown', { method: 'GET', path: 'x'.repeat(10_000) }),
    new MaestroError('upstream.wrong-content-type', { provider: 'acme', contentType: 'x'.repeat(10_000) }),
  ])('does not grow with what a caller sends: $code', ({ message }) => {
    expect(message.length).toBeLessThan(300);
    expect(message).toContain('…');
  });

  it('writes what a caller sends so that no line of a log can be forged with it', () => {
    expect(new MaestroError('session.not-found', { session: 'a\n2026-01-01 all is well' }).message).not.toContain('\n');
  });

  it('fills its texts in', () => {
    expect(new MaestroError('session.not-found', { provider: 'acme', session: 'work' }).message).toBe(
      'there is no acme session "work" that you may use',
    );
    expect(new MaestroError('session.not-found', { session: 'work' }).message).toBe('there is no session "work" that you may use');
    expect(new MaestroError('provider.unknown', { provider: 'acme', known: [] }).message).toBe(
      'there is no provider "acme"; there is none',
    );
    expect(new MaestroError('upstream.failed', { provider: 'acme' }).message).toBe('acme failed (no reason given)');
    expect(new MaestroError('upstream.failed', { provider: 'acme', status: 502, reason: 'BUSY' }).message).toBe(
      'acme failed (HTTP 502, BUSY)',
    );
    expect(new MaestroError('database.no-binaries', {}).message).toMatch(/was found: set DATABASE_URL/);
    expect(new MaestroError('database.no-binaries', { folder: '/opt' }).message).toMatch(/in MAESTRO_POSTGRES_BIN \("\/opt"\)/);
  });
});
