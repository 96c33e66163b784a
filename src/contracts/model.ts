/** What a model can do; `unknown` where the provider does not tell. */
export type Ability = 'tools' | 'vision' | 'documents' | 'reasoning' | 'structured-output' | 'audio' | 'embeddings' | 'image-output';

export type AbilityState = 'yes' | 'no' | 'unknown';

export interface Model {
  /** As it is given to the provider in a chat. */
  readonly id: string;
  readonly name: string;
  /** The abilities that are known to be there. */
  readonly capabilities: readonly Ability[];
  /** Every ability, with what is not known said so. */
  readonly abilities: Readonly<Record<Ability, AbilityState>>;
  /** Tokens. */
  readonly maxInputTokens?: number;
  /** Tokens. */
  readonly maxOutputTokens?: number;
  readonly createdAt?: Date;
  readonly ownedBy?: string;
  /** Where a limit or ability does not come from the provider: the date of our own catalogue. */
  readonly catalogueDate?: string;
}

const noneKnown: Readonly<Record<Ability, AbilityState>> = {
  tools: 'unknown',
  vision: 'unknown',
  documents: 'unknown',
  reasoning: 'unknown',
  'structured-output': 'unknown',
  audio: 'unknown',
  embeddings: 'unknown',
  'image-output': 'unknown',
};

export type ModelFacts = Omit<Model, 'capabilities' | 'abilities'> & {
  readonly abilities?: Readonly<Partial<Record<Ability, AbilityState>>>;
};

/** Completes what a provider told: abilities it did not mention are `unknown`. */
export function aModel(facts: ModelFacts): Model {
  const abilities = { ...noneKnown, ...facts.abilities };
  const capabilities = (Object.keys(noneKnown) as Ability[]).filter((ability) => abilities[ability] === 'yes');
  return { ...facts, abilities, capabilities };
}
