import type { ReasoningOptions } from '../../contracts/chat.js';
import type { OutputConfig, Thinking } from './wire.js';

/**
 * How a model is asked to think: not at all, for a number of tokens (`enabled`), or as it sees fit under an effort (`adaptive`).
 * A model takes one way and refuses the other.
 */
export type ThinkingStyle = 'none' | 'budget' | 'adaptive';

type Effort = NonNullable<OutputConfig['effort']>;

/** Tokens that an effort is worth where a model wants a number; the wire's least is 1024. */
const budgetOf: Readonly<Record<Exclude<NonNullable<ReasoningOptions['effort']>, 'none'>, number>> = {
  minimal: 1024,
  low: 2048,
  medium: 8192,
  high: 16384,
};

const leastBudget = 1024;

export interface ReasoningFields {
  readonly thinking?: Thinking;
  readonly effort?: Effort;
}

export function reasoningFrom(reasoning: ReasoningOptions | undefined, style: ThinkingStyle, maxTokens: number): ReasoningFields {
  if (reasoning === undefined || style === 'none') return {};
  const display = reasoning.summary === true ? ({ display: 'summarized' } as const) : {};
  if (reasoning.effort === 'none') return style === 'adaptive' ? { thinking: { type: 'disabled' } } : {};
  if (style === 'adaptive') {
    const effort = effortFrom(reasoning);
    return { thinking: { type: 'adaptive', ...display }, ...(effort !== undefined && { effort }) };
  }
  const budget = budgetFrom(reasoning, maxTokens);
  return budget === undefined ? {} : { thinking: { type: 'enabled', budget_tokens: budget, ...display } };
}

function effortFrom({ effort, budget }: ReasoningOptions): Effort | undefined {
  if (effort === 'minimal') return 'low';
  if (effort !== undefined && effort !== 'none') return effort;
  if (budget === undefined) return undefined;
  if (budget <= budgetOf.low) return 'low';
  return budget <= budgetOf.medium ? 'medium' : 'high';
}

/** A number that was asked for goes as it is; one of ours must fit below `max_tokens`, or there is no room to think. */
function budgetFrom({ effort, budget }: ReasoningOptions, maxTokens: number): number | undefined {
  if (budget !== undefined) return budget;
  const own = Math.min(budgetOf[effort === undefined || effort === 'none' ? 'medium' : effort], maxTokens - 1);
  return own < leastBudget ? undefined : own;
}
