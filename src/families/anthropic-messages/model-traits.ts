import type { ModelTraits } from '../../dialects/anthropic-messages/request.js';

/**
 * What the wire wants to be told differently by model, by the names the models are sold under. A new model needs no row: it
 * thinks adaptively and writes long answers, as every model since Opus 4.6 does.
 */
const older: readonly (readonly [RegExp, ModelTraits])[] = [
  [/^claude-(instant|2|3-(opus|sonnet|haiku))/, { defaultMaxTokens: 4096, thinking: 'none' }],
  [/^claude-3-5-/, { defaultMaxTokens: 8192, thinking: 'none' }],
  [/^claude-(3-7-|(opus|sonnet|haiku)-4-(0|1|5|\d{8})\b)/, { defaultMaxTokens: 32_000, thinking: 'budget' }],
];

const current: ModelTraits = { defaultMaxTokens: 32_000, thinking: 'adaptive' };

/** Hosts of other makers put the date of a model behind an `@`. */
export function traitsOf(model: string): ModelTraits {
  const name = model.replace('@', '-');
  return older.find(([names]) => names.test(name))?.[1] ?? current;
}
