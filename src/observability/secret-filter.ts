import type { Secret } from '../contracts/secret.js';

const shown = '[secret]';

/** The last line of defence: takes out of a text what must not be printed. Nothing should ever reach it. */
export interface SecretFilter {
  /** A secret that lives as long as the process (the admin key, a client secret). */
  remember(secret: Secret): void;
  apply(text: string): string;
}

// Forms that secrets have wherever they come from: an authorization header, keys with a speaking prefix, JSON Web Tokens,
// OAuth access tokens with a short prefix and a dot, passwords in addresses, secrets in a query.
const forms: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${shown}`],
  [/\b(?:mk|sk|pk|rk)[-_][\w-]{16,}/g, shown],
  [/\bAIza[\w-]{30,}/g, shown],
  [/\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g, shown],
  [/\bya29\.[\w.-]{16,}/g, shown],
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"]+@/gi, `$1${shown}@`],
  [/([?&](?:key|api[-_]?key|token|access_token|refresh_token|code|client_secret|password)=)[^&\s"]+/gi, `$1${shown}`],
];

/** Something of each form: most lines hold none, and are looked through once. */
const traces = /bearer|basic|[mspr]k[-_]|AIza|eyJ|ya29|:\/\/|[?&]/i;

/** Shorter ones are words, and taking them out would tell more than it hides. */
const shortest = 8;

export function secretFilter(): SecretFilter {
  const remembered = new Set<string>();
  return {
    remember(secret) {
      const text = secret.reveal();
      if (text.length < shortest) return;
      for (const variant of variantsOf(text)) remembered.add(variant);
    },
    apply(text) {
      let filtered = text;
      for (const value of remembered) filtered = filtered.replaceAll(value, shown);
      if (!traces.test(filtered)) return filtered;
      for (const [form, replacement] of forms) filtered = filtered.replace(form, replacement);
      return filtered;
    },
  };
}

/** As it is, and as it looks inside JSON, an address, or base64. */
function variantsOf(text: string): readonly string[] {
  return [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text), Buffer.from(text).toString('base64')];
}
