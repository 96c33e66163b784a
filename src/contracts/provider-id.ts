import type { Brand } from './brand.js';
import { MaestroError } from './errors/maestro-error.js';

/**
 * Names a provider: its folder, its settings (`<ID>_<SETTING>`), its part of a model name (`<id>[:session]/model`).
 * 2 to 40 lower-case letters, digits and single inner hyphens, starting with a letter.
 */
export type ProviderId = Brand<string, 'ProviderId'>;

const pattern = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

function isProviderId(text: string): text is ProviderId {
  return text.length >= 2 && text.length <= 40 && pattern.test(text);
}

export const ProviderId = {
  is: isProviderId,
  /** @throws MaestroError `provider.id-invalid` */
  parse(text: string): ProviderId {
    if (isProviderId(text)) return text;
    throw new MaestroError('provider.id-invalid', { provider: text });
  },
};
