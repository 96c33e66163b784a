/**
 * What sessions can be imported from: variables of a `.env` file (`env`), the `auth.json` of Codex (`codex`) or of opencode
 * (`opencode`), the files of CLIProxyAPI's folder (`cli-proxy-api`).
 */
export type ImportTool = 'env' | 'codex' | 'opencode' | 'cli-proxy-api';

export const importTools = ['env', 'codex', 'opencode', 'cli-proxy-api'] as const satisfies readonly ImportTool[];

/** What a provider recognises as its own in the files of other programs. */
export interface ProviderImports {
  /** Names of environment variables that hold an API key; the vendor's own first. */
  readonly environment?: readonly string[];
  /** What a tool calls this provider in its files: opencode by the entry's key, CLIProxyAPI by `type`, Codex by `tokens`. */
  readonly accounts?: Readonly<Partial<Record<Exclude<ImportTool, 'env'>, readonly string[]>>>;
  /**
   * True where a refresh token serves once: whoever refreshes first, Maestro or the tool that the login came from, logs the
   * other one out. Absent: false.
   */
  readonly rotatesRefreshTokens?: boolean;
}
