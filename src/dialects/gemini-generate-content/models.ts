import type { JsonObject } from '../../contracts/chat.js';
import type { OfferedModel } from '../../kit/door.js';

/** A model as clients of this wire read it. */
export function encodeGenerateContentModel({ address, model }: OfferedModel): JsonObject {
  const { name, maxInputTokens, maxOutputTokens, abilities } = model;
  return {
    name: `models/${address}`,
    displayName: name,
    ...(maxInputTokens !== undefined && { inputTokenLimit: maxInputTokens }),
    ...(maxOutputTokens !== undefined && { outputTokenLimit: maxOutputTokens }),
    supportedGenerationMethods: abilities.embeddings === 'yes' ? ['embedContent'] : ['generateContent'],
    ...(abilities.reasoning !== 'unknown' && { thinking: abilities.reasoning === 'yes' }),
  };
}

/** The page that was asked for: `pageSize`, and `pageToken` as the page before gave it. All that there is where nothing was. */
export function encodeGenerateContentModels(models: readonly OfferedModel[], search: URLSearchParams): JsonObject {
  const asked = Number(search.get('pageSize') ?? Number.NaN);
  const size = Number.isSafeInteger(asked) && asked > 0 ? asked : models.length;
  const after = search.get('pageToken');
  // By name and not by number: the list may have changed in between.
  const start = after === null ? 0 : models.findIndex(({ address }) => address === after) + 1;
  const page = models.slice(start, start + size);
  const next = start + size < models.length ? page.at(-1)?.address : undefined;
  return { models: page.map(encodeGenerateContentModel), ...(next !== undefined && { nextPageToken: next }) };
}
