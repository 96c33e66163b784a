import { isRecord } from '../../kit/read-body.js';
import { familyOf } from '../family.js';
import type { Rule } from '../read-differences.js';
import { flag, listOf, oneOf, text, texts, textsByName } from '../read-differences.js';
import { compatibleProvider } from './compatible.js';
import type { Differences } from './vendor.js';

const textsAndNulls: Rule = {
  is: (value) => isRecord(value) && Object.values(value).every((other) => typeof other === 'string' || other === null),
  words: 'an object of texts and nulls',
};

const listing: Rule = {
  is: (value) =>
    isRecord(value) &&
    Object.keys(value).every((name) => name === 'path' || name === 'idField') &&
    (value['path'] === undefined || typeof value['path'] === 'string') &&
    (value['idField'] === undefined || oneOf('id', 'name').is(value['idField'])),
  words: 'an object of path (a text) and idField (id or name)',
};

/** What a file may declare of a vendor: how it speaks is nobody's to tell, since it is read as it comes. */
export const chatFamily = familyOf<Omit<Differences, 'speech' | 'settingHeaders'>>(
  {
    maxTokensField: oneOf('max_tokens', 'max_completion_tokens'),
    endUserField: oneOf('user', 'safety_identifier'),
    systemRole: oneOf('system', 'developer'),
    takesReasoningBack: flag,
    takesReasoningDetails: flag,
    takesTopK: flag,
    seedField: oneOf('seed', 'random_seed'),
    lacksOptions: texts,
    countsUnasked: flag,
    reasoningWords: oneOf('effort', 'object', 'switch'),
    headers: textsByName,
    refusedFields: textsAndNulls,
    models: listing,
    keyProof: text,
    isKeyOptional: flag,
    operations: listOf('embeddings', 'other', 'count-tokens', 'stored-response'),
  },
  compatibleProvider,
);
