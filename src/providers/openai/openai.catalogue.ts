import type { Ability, AbilityState, ModelFacts } from '../../contracts/model.js';

/**
 * What the vendor's API does not tell about its models: from https://platform.openai.com/docs/models, as known on this date.
 * A model that is not named here is unknown, whatever its name resembles.
 */
export const catalogueDate = '2026-11-22';

type Facts = Pick<ModelFacts, 'maxInputTokens' | 'maxOutputTokens' | 'abilities'>;

function abilities(yes: readonly Ability[], no: readonly Ability[] = []): Readonly<Partial<Record<Ability, AbilityState>>> {
  return Object.fromEntries([...yes.map((ability) => [ability, 'yes'] as const), ...no.map((ability) => [ability, 'no'] as const)]);
}

const notChat: readonly Ability[] = ['tools', 'vision', 'documents', 'reasoning', 'structured-output'];

const thinking = abilities(['tools', 'vision', 'documents', 'reasoning', 'structured-output'], ['audio', 'embeddings', 'image-output']);
const seeing = abilities(['tools', 'vision', 'documents', 'structured-output'], ['reasoning', 'audio', 'embeddings', 'image-output']);
const writing = abilities(['tools'], ['vision', 'documents', 'reasoning', 'structured-output', 'audio', 'embeddings', 'image-output']);
const embedding = abilities(['embeddings'], [...notChat, 'audio', 'image-output']);

/** The limit of the input is what the context window leaves beside the longest output, where the vendor says so. */
const gpt5: Facts = { maxInputTokens: 272_000, maxOutputTokens: 128_000, abilities: thinking };
const gpt41: Facts = { maxInputTokens: 1_047_576, maxOutputTokens: 32_768, abilities: seeing };
const gpt4o: Facts = { maxInputTokens: 128_000, maxOutputTokens: 16_384, abilities: seeing };
const o: Facts = { maxInputTokens: 200_000, maxOutputTokens: 100_000, abilities: thinking };

const catalogue: Readonly<Record<string, Facts>> = {
  'gpt-5.1': gpt5,
  'gpt-5': gpt5,
  'gpt-5-mini': gpt5,
  'gpt-5-nano': gpt5,
  'gpt-4.1': gpt41,
  'gpt-4.1-mini': gpt41,
  'gpt-4.1-nano': gpt41,
  'gpt-4o': gpt4o,
  'gpt-4o-mini': gpt4o,
  'gpt-4-turbo': {
    maxInputTokens: 128_000,
    maxOutputTokens: 4096,
    abilities: abilities(['tools', 'vision'], ['reasoning', 'structured-output', 'audio', 'embeddings', 'image-output']),
  },
  'gpt-4': { maxInputTokens: 8192, maxOutputTokens: 8192, abilities: writing },
  'gpt-3.5-turbo': { maxInputTokens: 16_385, maxOutputTokens: 4096, abilities: writing },
  o1: o,
  o3: o,
  'o3-mini': { ...o, abilities: { ...thinking, vision: 'no', documents: 'no' } },
  'o4-mini': o,
  'text-embedding-3-large': { maxInputTokens: 8191, abilities: embedding },
  'text-embedding-3-small': { maxInputTokens: 8191, abilities: embedding },
  'text-embedding-ada-002': { maxInputTokens: 8191, abilities: embedding },
};

/** Of a model, one of its dated editions, or one that was tuned from it (`ft:<model>:…`); nothing for any other. */
export function knownFactsOf(modelId: string): Partial<Facts> & Pick<ModelFacts, 'catalogueDate'> {
  const base = modelId.replace(/^ft:([^:]+):.*$/, '$1').replace(/-(?:\d{4}-\d{2}-\d{2}|latest)$/, '');
  const facts = Object.hasOwn(catalogue, base) ? catalogue[base] : undefined;
  return facts === undefined ? {} : { ...facts, catalogueDate };
}

/**
 * Whether to ask for what the model thought in encrypted form. Here the name has to do for models to come as well: a wrong no
 * costs the thread of thought between two turns, a wrong yes the request.
 */
export function isReasoningModel(modelId: string): boolean {
  return /^(?:ft:)?(?:o[1-9]|gpt-[5-9]|codex-)/.test(modelId) && !modelId.includes('-chat');
}
