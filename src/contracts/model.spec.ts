import { aModel } from './model.js';

describe('a model', () => {
  it('has every ability, with what is not known said so', () => {
    const model = aModel({ id: 'm', name: 'M', abilities: { tools: 'yes', vision: 'no', reasoning: 'yes' }, maxInputTokens: 9 });
    expect(model).toMatchObject({ id: 'm', name: 'M', maxInputTokens: 9, capabilities: ['tools', 'reasoning'] });
    expect(model.abilities).toMatchObject({ tools: 'yes', vision: 'no', audio: 'unknown' });
    expect(Object.keys(model.abilities)).toHaveLength(8);
  });

  it('has no ability that nobody told', () => {
    const { capabilities, abilities } = aModel({ id: 'm', name: 'M' });
    expect(capabilities).toEqual([]);
    expect(new Set(Object.values(abilities))).toEqual(new Set(['unknown']));
  });
});
