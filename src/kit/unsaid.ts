import type { ProviderOptions } from '../contracts/chat.js';
import type { FieldReader } from './field-reader.js';

/** What becomes of what a request said and ours cannot say, while it is decoded. */
export interface Unsaid {
  /** The provider that reads the same wire: what only this wire knows goes to it as it came, and is not lost. */
  readonly provider: string | undefined;
  /** Names by its path what is lost. */
  note(path: string): void;
  /** The fields that nobody read: for the provider, or noted. */
  optionsOf(fields: FieldReader): { readonly providerOptions?: ProviderOptions };
}

/** @param notices where paths of what is lost are put: those of the body's `Findings` */
export function unsaidFor(provider: string | undefined, notices: string[]): Unsaid {
  return {
    provider,
    note: (path) => void notices.push(path),
    optionsOf(fields) {
      if (provider === undefined) {
        fields.finish();
        return {};
      }
      const rest = fields.rest();
      return Object.keys(rest).length === 0 ? {} : { providerOptions: { [provider]: rest } };
    },
  };
}
