/** What every vendor of this family lists when it is played. */
export const playedModels = ['sim-large', 'sim-small', 'sim-embedding'] as const;
