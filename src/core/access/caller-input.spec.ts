import type { NewCaller } from './caller-input.js';
import { checkedCaller, checkedGrant } from './caller-input.js';

const now = new Date('2026-03-01T10:00:00Z');
const isRefused = (caller: NewCaller, field: string): boolean => {
  try {
    checkedCaller(caller, now);
    return false;
  } catch (error) {
    return String(error).includes(field);
  }
};

describe('what a caller is made of', () => {
  it('is taken up to its bounds', () => {
    const limits = { streams: 10_000, requestsPerMinute: 1_000_000 };
    const expiresAt = new Date(now.getTime() + 1);

    expect(checkedCaller({ name: 'team', limits, expiresAt }, now)).toEqual({ name: 'team', scopes: ['chat'], limits, expiresAt });
    expect(checkedCaller({ name: 'team', scopes: ['usage:read', 'chat', 'chat'] }, now).scopes).toEqual(['chat', 'usage:read']);
  });

  it.each<[string, NewCaller]>([
    ['name', { name: 'ab' }],
    ['name', { name: 'team\n' }],
    ['scopes', { name: 'team', scopes: [] }],
    ['scopes', { name: 'team', scopes: ['chat', 'everything'] }],
    ['expiresAt', { name: 'team', expiresAt: now }],
    ['limits.streams', { name: 'team', limits: { streams: 0 } }],
    ['limits.streams', { name: 'team', limits: { streams: 10_001 } }],
    ['limits.streams', { name: 'team', limits: { streams: 1.5 } }],
    ['limits.requestsPerMinute', { name: 'team', limits: { requestsPerMinute: 1_000_001 } }],
    ['limits.requestsPerMinute', { name: 'team', limits: { requestsPerMinute: Number.NaN } }],
  ])('is refused beyond them, by name: %s', (field, caller) => {
    expect(isRefused(caller, field)).toBe(true);
  });
});

describe('what a grant is made of', () => {
  it.each([
    ['*', '*'],
    ['open*', 'w*'],
    ['openai', 'work_gpt'],
    [`a${'b'.repeat(38)}*`, `${'n'.repeat(49)}*`],
  ])('may be a pattern: %s %s', (provider, name) => {
    expect(checkedGrant({ provider, name, authType: '*' })).toEqual({ provider, name });
  });

  it.each([
    ['*ai', 'work'],
    ['o*i', 'work'],
    ['Openai', 'work'],
    ['openai', 'w'],
    ['openai', '*w'],
    ['openai\n', 'work'],
    ['openai', 'work\n'],
    [`a${'b'.repeat(39)}*`, 'work'],
    ['openai', `${'n'.repeat(50)}*`],
  ])('is refused where its pattern is none: %j %j', (provider, name) => {
    expect(() => checkedGrant({ provider, name })).toThrow('must be');
  });

  it('names an auth type that there is', () => {
    expect(() => checkedGrant({ provider: 'openai', name: 'work', authType: 'password' })).toThrow();
  });
});
