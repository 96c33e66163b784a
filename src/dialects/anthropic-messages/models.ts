import type { JsonObject } from '../../contracts/chat.js';
import type { Ability } from '../../contracts/model.js';
import type { OfferedModel } from '../../kit/door.js';

/** The vendor's words for what a model can do; tools it does not tell of. */
const capabilityOf: readonly (readonly [Ability, string])[] = [
  ['vision', 'image_input'],
  ['documents', 'pdf_input'],
  ['reasoning', 'thinking'],
  ['structured-output', 'structured_outputs'],
];

/** A model as clients of this wire read it. A date that nobody told is the epoch, as with the vendor. */
export function encodeMessagesModel({ address, model }: OfferedModel): JsonObject {
  const { name, createdAt, maxInputTokens, maxOutputTokens, abilities } = model;
  const known = capabilityOf.filter(([ability]) => abilities[ability] !== 'unknown');
  return {
    type: 'model',
    id: address,
    display_name: name,
    created_at: (createdAt ?? new Date(0)).toISOString(),
    max_input_tokens: maxInputTokens ?? null,
    max_tokens: maxOutputTokens ?? null,
    capabilities: Object.fromEntries(known.map(([ability, word]) => [word, { supported: abilities[ability] === 'yes' }])),
  };
}

/** The page that was asked for: `after_id`, `before_id` and `limit`. All that there is where nothing was. */
export function encodeMessagesModels(models: readonly OfferedModel[], search: URLSearchParams): JsonObject {
  const { page, hasMore } = pageOf(models, search);
  const data = page.map(encodeMessagesModel);
  return { data, has_more: hasMore, first_id: data.at(0)?.['id'] ?? null, last_id: data.at(-1)?.['id'] ?? null };
}

function pageOf(
  models: readonly OfferedModel[],
  search: URLSearchParams,
): { readonly page: readonly OfferedModel[]; readonly hasMore: boolean } {
  const asked = Number(search.get('limit') ?? Number.NaN);
  const limit = Number.isSafeInteger(asked) && asked > 0 ? asked : models.length;
  const place = (name: string): number => models.findIndex(({ address }) => address === search.get(name));
  const end = place('before_id');
  if (end !== -1) return { page: models.slice(Math.max(0, end - limit), end), hasMore: end > limit };
  const start = place('after_id') + 1;
  return { page: models.slice(start, start + limit), hasMore: start + limit < models.length };
}
