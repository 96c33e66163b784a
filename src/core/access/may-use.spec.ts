import type { Caller, Grant } from '../../contracts/caller.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { localCaller } from './local-caller.js';
import { mayUse, requireScope } from './may-use.js';

const work = { provider: 'acme', authType: 'api_key', name: 'work_key' } as const;

function chatterWith(...grants: readonly Grant[]): Caller {
  return { id: '1', name: 'chatter', scopes: ['chat'], grants };
}

describe('the access decision', () => {
  it('lets the built-in caller do everything with every session', () => {
    expect(mayUse(localCaller, 'admin')).toBe(true);
    expect(mayUse(localCaller, 'sessions:write', work)).toBe(true);
  });

  it('is no without a scope, whatever is granted', () => {
    const caller = chatterWith({ provider: '*', name: '*' });
    expect(mayUse(caller, 'sessions:write')).toBe(false);
    expect(mayUse(caller, 'sessions:write', work)).toBe(false);
  });

  it('is no without a grant, whatever the scopes', () => {
    expect(mayUse(chatterWith(), 'chat', work)).toBe(false);
  });

  it('does not take one scope for another', () => {
    expect(mayUse({ ...chatterWith({ provider: '*', name: '*' }), scopes: ['admin'] }, 'chat', work)).toBe(false);
  });

  it.each<[Grant, boolean]>([
    [{ provider: 'acme', name: 'work_key' }, true],
    [{ provider: 'acme', name: 'work_*' }, true],
    [{ provider: 'ac*', name: '*' }, true],
    [{ provider: 'acme', authType: 'api_key', name: '*' }, true],
    [{ provider: 'acme', authType: 'oauth', name: '*' }, false],
    [{ provider: 'other', name: '*' }, false],
    [{ provider: 'acme', name: 'work' }, false],
    [{ provider: 'acme', name: 'WORK_KEY' }, false],
    [{ provider: 'acme', name: '*_key' }, false],
    [{ provider: 'acme', name: 'w*y' }, false],
    [{ provider: 'acme', name: '' }, false],
  ])('reads the grant %j as %s for work_key of acme', (grant, expected) => {
    expect(mayUse(chatterWith(grant), 'chat', work)).toBe(expected);
  });

  it('names the scope that is missing', () => {
    expect(() => {
      requireScope(chatterWith(), 'admin');
    }).toThrow(new MaestroError('caller.scope-missing', { scope: 'admin' }));
    expect(() => {
      requireScope(chatterWith(), 'chat');
    }).not.toThrow();
  });
});
