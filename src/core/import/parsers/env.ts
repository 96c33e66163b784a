import { Secret } from '../../../contracts/secret.js';
import type { ImportParser } from '../found.js';
import { apiKeyFound } from '../found.js';

/**
 * A variable: `NAME=value`, also behind `export`, in double or single quotes (then also over several lines), with a comment
 * behind it. What is no variable is passed over, as programs that read such files do.
 */
const variable = /^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[ \t]*(?:"((?:\\.|[^"\\])*)"|'([^']*)'|([^#\r\n]*))/gm;

/** Every variable with a value; most of them are nobody's key. */
export const envParser: ImportParser = (text) => {
  const found = [...text.reveal().matchAll(variable)].flatMap(([, name, ...values]) => {
    // One of the three forms, and nothing for the two others.
    const value = values.join('').trim();
    return name === undefined || value === '' ? [] : [apiKeyFound('variable', name, Secret.of(value))];
  });
  return { found, troubles: [] };
};
