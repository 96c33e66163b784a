import type { ProviderOptions } from '../contracts/chat.js';
import type { RequestFields } from './request-fields.js';

/** What a request said and ours cannot say, while it is decoded. */
export interface Unsaid {
  /** The provider that reads the same wire: what only this wire knows goes to it as it came, and is not lost. */
  readonly provider: string | undefined;
  /** Paths of what is lost. */
  readonly notices: readonly string[];
  note(path: string): void;
  /** The fields that nobody read: for the provider, or noted. */
  optionsOf(fields: RequestFields): { readonly providerOptions?: ProviderOptions };
}

export function unsaidFor(provider: string | undefined): Unsaid {
  const notices: string[] = [];
  return {
    provider,
    notices,
    note: (path) => void notices.push(path),
    optionsOf(fields) {
      const rest = fields.rest();
      const names = Object.keys(rest);
      if (names.length === 0) return {};
      if (provider !== undefined) return { providerOptions: { [provider]: rest } };
      notices.push(...names.map((name) => fields.pathOf(name)));
      return {};
    },
  };
}
