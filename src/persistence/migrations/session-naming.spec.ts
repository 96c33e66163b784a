import { freeName } from './session-naming.js';

describe('a free name', () => {
  it('is the name with the smallest number from two', () => {
    const taken = new Set(['work_2', 'work_3']);

    expect(freeName('work', (name) => taken.has(name))).toBe('work_4');
  });

  it('is cut so that both fit into fifty characters', () => {
    const name = freeName('x'.repeat(50), (candidate) => candidate.endsWith('_restored_1'), '_restored');

    expect(name).toBe(`${'x'.repeat(39)}_restored_2`);
    expect(name).toHaveLength(50);
  });
});
