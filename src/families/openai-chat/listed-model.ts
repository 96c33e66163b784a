import type { Ability, AbilityState, Model } from '../../contracts/model.js';
import { aModel } from '../../contracts/model.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { listIn, numberIn, recordIn, textIn } from '../../kit/json-fields.js';

/** The list of models was published with a name, a date and an owner; all further fields are additions, each read where it is. */
export function modelFromList(row: JsonRecord, idField: 'id' | 'name'): readonly Model[] {
  const id = textIn(row, idField);
  if (id === undefined || id === '') return [];
  const created = numberIn(row, 'created');
  const ownedBy = textIn(row, 'owned_by') ?? textIn(row, 'organization') ?? textIn(row, 'publisher');
  const maxInputTokens = inputLimitIn(row);
  const maxOutputTokens = outputLimitIn(row);
  return [
    aModel({
      id,
      name: textIn(row, 'display_name') ?? textIn(row, 'name') ?? id,
      // Seconds since 1970; servers that do not know write 0.
      ...(created !== undefined && created > 0 && { createdAt: new Date(created * 1000) }),
      ...(ownedBy !== undefined && ownedBy !== '' && { ownedBy }),
      ...(maxInputTokens !== undefined && { maxInputTokens }),
      ...(maxOutputTokens !== undefined && { maxOutputTokens }),
      abilities: abilitiesIn(row),
    }),
  ];
}

function inputLimitIn(row: JsonRecord): number | undefined {
  const names = ['max_input_tokens', 'context_length', 'context_window', 'max_context_length', 'max_model_len', 'context_size'];
  return firstCount([...names.map((name) => numberIn(row, name)), numberIn(recordIn(row, 'limits'), 'max_input_tokens')]);
}

function outputLimitIn(row: JsonRecord): number | undefined {
  const names = ['max_output_tokens', 'max_completion_tokens'];
  return firstCount([
    ...names.map((name) => numberIn(row, name)),
    numberIn(recordIn(row, 'top_provider'), 'max_completion_tokens'),
    numberIn(recordIn(row, 'limits'), 'max_output_tokens'),
  ]);
}

/** Nobody's limit is 0. */
function firstCount(counts: readonly (number | undefined)[]): number | undefined {
  return counts.find((count) => count !== undefined && count > 0);
}

/** Flags say yes and no. Of lists of words, one that names an ability says yes; that it does not name another says nothing. */
function abilitiesIn(row: JsonRecord): Readonly<Partial<Record<Ability, AbilityState>>> {
  const found: Partial<Record<Ability, AbilityState>> = {};
  const words = [
    ...listIn(row, 'capabilities'),
    ...listIn(row, 'features'),
    ...listIn(row, 'supported_parameters'),
    ...[...listIn(row, 'supported_input_modalities'), ...listIn(recordIn(row, 'architecture'), 'input_modalities')].map(asInput),
    ...[...listIn(row, 'supported_output_modalities'), ...listIn(recordIn(row, 'architecture'), 'output_modalities')].map(asOutput),
  ];
  for (const word of words) {
    const ability = typeof word === 'string' ? abilityOfWord.get(word) : undefined;
    if (ability !== undefined) found[ability] = 'yes';
  }
  for (const [name, value] of [...Object.entries(row), ...Object.entries(recordIn(row, 'capabilities'))]) {
    const ability = typeof value === 'boolean' ? abilityOfFlag.get(name) : undefined;
    if (ability !== undefined) found[ability] = value === true ? 'yes' : 'no';
  }
  return found;
}

function asInput(modality: unknown): unknown {
  return typeof modality === 'string' ? `input:${modality}` : modality;
}

function asOutput(modality: unknown): unknown {
  return typeof modality === 'string' ? `output:${modality}` : modality;
}

const abilityOfWord: ReadonlyMap<string, Ability> = new Map([
  ['tools', 'tools'],
  ['tool-calling', 'tools'],
  ['tool_use', 'tools'],
  ['reasoning', 'reasoning'],
  ['vision', 'vision'],
  ['input:image', 'vision'],
  ['input:file', 'documents'],
  ['input:audio', 'audio'],
  ['output:image', 'image-output'],
  ['embeddings', 'embeddings'],
  ['structured_outputs', 'structured-output'],
]);

const abilityOfFlag: ReadonlyMap<string, Ability> = new Map([
  ['supports_tools', 'tools'],
  ['function_calling', 'tools'],
  ['vision', 'vision'],
  ['supports_image_in', 'vision'],
  ['supports_image_input', 'vision'],
  ['supports_reasoning', 'reasoning'],
  ['reasoning', 'reasoning'],
]);
