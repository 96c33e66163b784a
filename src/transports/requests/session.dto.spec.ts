import { ProviderId } from '../../contracts/provider-id.js';
import type { Session } from '../../contracts/session.js';
import { SessionId } from '../../contracts/session.js';
import { SessionName } from '../../contracts/session-name.js';
import { SessionAnswerDto, SessionListDto } from './session-answer.dto.js';
import { sessionAddressFrom } from './session.dto.js';

const id = '0b9c2d64-5d3e-4f6a-8b7c-1d2e3f4a5b6c';

describe('the address of a session', () => {
  it('is an id, however its letters are written', () => {
    expect(sessionAddressFrom({ id: id.toUpperCase() })).toEqual({ id });
  });

  it('is a provider, an auth type and a name', () => {
    expect(sessionAddressFrom({ provider: 'acme', authType: 'api_key', name: 'work' })).toEqual({
      provider: 'acme',
      authType: 'api_key',
      session: 'work',
    });
    expect(sessionAddressFrom({ provider: 'acme', name: 'work' })).toEqual({ provider: 'acme', session: 'work' });
  });

  it.each([
    [{ id: 'work' }, 'session.not-found'],
    [{}, 'provider.id-invalid'],
    [{ provider: 'A B', authType: 'api_key', name: 'work' }, 'provider.id-invalid'],
    [{ provider: 'acme', authType: 'apikey', name: 'work' }, 'auth-type.unknown'],
  ])('is refused as %j with %s', (parts, code) => {
    let thrown: unknown;
    try {
      sessionAddressFrom(parts);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code });
  });
});

describe('the answer with a session', () => {
  const at = new Date('2026-03-01T10:00:00Z');
  const bare: Session = {
    id: SessionId.of(id),
    provider: ProviderId.parse('acme'),
    authType: 'api_key',
    name: SessionName.parse('work'),
    status: 'active',
    createdAt: at,
    updatedAt: at,
  };

  it('leaves out what is not there, and anything that is no part of a session', () => {
    const withMore = { ...bare, secret: { bytes: 'sealed' } };

    expect(JSON.parse(JSON.stringify(new SessionAnswerDto(withMore)))).toEqual({
      id,
      provider: 'acme',
      authType: 'api_key',
      name: 'work',
      status: 'active',
      createdAt: '2026-03-01T10:00:00.000Z',
      updatedAt: '2026-03-01T10:00:00.000Z',
    });
  });

  it('tells everything else of it', () => {
    const rest = { label: 'l', statusReason: 'key_rejected', baseUrl: 'https://a.test', secretHint: 'wxyz' };
    const times = { expiresAt: at, lastUsedAt: at, lastRefreshAt: at, nextRefreshAt: at };

    expect(new SessionAnswerDto({ ...bare, ...rest, ...times })).toMatchObject({
      ...rest,
      expiresAt: at.toISOString(),
      lastUsedAt: at.toISOString(),
      lastRefreshAt: at.toISOString(),
      nextRefreshAt: at.toISOString(),
    });
  });

  it('comes in pages', () => {
    expect(new SessionListDto({ data: [bare], nextCursor: 'c' })).toMatchObject({ data: [{ id }], nextCursor: 'c' });
    expect(new SessionListDto({ data: [] })).not.toHaveProperty('nextCursor');
  });
});
