import { knownModels } from './known-models.js';

describe('the models of whose names a label may be made', () => {
  it('are those that have answered, each of its own provider', () => {
    const models = knownModels();
    models.learn('one', 'small');

    expect([models.label('one', 'small'), models.label('two', 'small'), models.label('one', 'never heard of')]).toEqual([
      'small',
      'other',
      'other',
    ]);
  });

  it('are so many of each provider and no more, and look like names', () => {
    const models = knownModels(3);
    const strange = ['', 'x'.repeat(101), 'a b', 'm"} 1', 'm\n'];
    for (const name of [...strange, 'a', 'b', 'c', 'd', 'a']) models.learn('one', name);
    models.learn('two', 'd');

    expect(['a', 'b', 'c', 'd', ...strange].map((name) => models.label('one', name))).toEqual([
      ...['a', 'b', 'c', 'other'],
      ...strange.map(() => 'other'),
    ]);
    expect(models.label('two', 'd')).toBe('d');
  });
});
