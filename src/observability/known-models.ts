/** Models of whose names a metric's label may be made. */
export interface KnownModels {
  /** The model has answered. */
  learn(provider: string, model: string): void;
  /** The name, or `other` for one that nobody knows. */
  label(provider: string, model: string): string;
}

const otherModel = 'other';

/** As vendors name models, with the folders and versions of those who host others'. */
const modelName = /^[\w.:/@+-]{1,100}$/;

/**
 * A client may write anything for a model, and each new label is a series for ever. So a name counts once a provider has answered
 * under it, where it looks like one, and of each provider only so many do: some answer to every name.
 */
export function knownModels(mostPerProvider = 50): KnownModels {
  const known = new Map<string, Set<string>>();
  return {
    learn(provider, model) {
      const models = known.get(provider) ?? new Set();
      known.set(provider, models);
      if (models.size < mostPerProvider && modelName.test(model)) models.add(model);
    },
    label: (provider, model) => (known.get(provider)?.has(model) === true ? model : otherModel),
  };
}
