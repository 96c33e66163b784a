import type { StreamEvent } from '../../src/contracts/stream-event.js';
import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import type { ProviderId } from '../../src/contracts/provider-id.js';
import { Secret } from '../../src/contracts/secret.js';
import { SessionName } from '../../src/contracts/session-name.js';

// The compiler is the test here: `npm run check` fails where an expected error does not come.

describe('a parsed value', () => {
  it('is wanted where a mere text does not do', () => {
    const named = (name: SessionName): string => name;
    expect(named(SessionName.parse('work'))).toBe('work');
    // @ts-expect-error a text that was not parsed
    expect(named('work')).toBe('work');
  });

  it('is not taken for one of another kind', () => {
    const name = SessionName.parse('work');
    // @ts-expect-error a session's name is no provider's id
    const provider: ProviderId = name;
    expect(provider).toBe('work');
  });
});

describe('a secret', () => {
  it('is no text, and no text is a secret', () => {
    // @ts-expect-error only reveal() gives the text
    const text: string = Secret.of('hidden');
    expect(JSON.stringify([text])).toBe('["[secret]"]');
    // @ts-expect-error a text that nobody declared a secret
    const secret: Secret = 'hidden';
    expect(Secret.is(secret)).toBe(false);
  });
});

describe('an error', () => {
  it('wants the parameters of its code, and a code of the catalogue', () => {
    expect(new MaestroError('session.name-invalid', { name: 'ab', problem: 'it is short' }).code).toBe('session.name-invalid');
    // @ts-expect-error the problem is missing
    expect(new MaestroError('session.name-invalid', { name: 'ab' }).code).toBe('session.name-invalid');
    // @ts-expect-error there is no such code
    expect(() => new MaestroError('session.lost', {})).toThrow(TypeError);
  });
});

describe('a stream event', () => {
  it('is told apart by its type, which the compiler follows', () => {
    const textOf = (event: StreamEvent): string => (event.type === 'text-delta' ? event.text : '');
    expect(textOf({ type: 'text-delta', part: 0, text: 'a' })).toBe('a');
    const hasEndText: 'text' extends keyof Extract<StreamEvent, { readonly type: 'message-end' }> ? true : false = false;
    expect(hasEndText).toBe(false);
  });

  it('cannot be changed', () => {
    const event: StreamEvent = { type: 'text-delta', part: 0, text: 'a' };
    // @ts-expect-error events are read-only
    event.text = 'b';
    expect(event.type).toBe('text-delta');
  });
});
