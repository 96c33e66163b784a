import { createHash } from 'node:crypto';

import type { ImportTool } from '../../contracts/imports.js';
import type { ProviderManifest } from '../../contracts/manifest.js';
import { environmentNameOf } from '../../contracts/manifest.js';
import { SessionName } from '../../contracts/session-name.js';
import type { Found, ImportParser } from './found.js';
import type { ImportFile, ImportTrouble } from './import-plan.js';
import { cliProxyApiParser } from './parsers/cli-proxy-api.js';
import { codexParser } from './parsers/codex.js';
import { envParser } from './parsers/env.js';
import { opencodeParser } from './parsers/opencode.js';

const parsers: Readonly<Record<ImportTool, ImportParser>> = {
  env: envParser,
  codex: codexParser,
  opencode: opencodeParser,
  'cli-proxy-api': cliProxyApiParser,
};

/** A tool as people call it. */
const toolNames: Readonly<Record<ImportTool, string>> = {
  env: '.env',
  codex: 'Codex',
  opencode: 'opencode',
  'cli-proxy-api': 'CLIProxyAPI',
};

/** A credential that one of our providers recognises as its own. */
export interface ImportCandidate extends Pick<Found, 'credentials' | 'baseUrl'> {
  readonly tool: ImportTool;
  readonly origin: string;
  readonly manifest: ProviderManifest;
  readonly name: SessionName;
  readonly invalidatesLoginOf?: string;
}

export interface Candidates {
  readonly candidates: readonly ImportCandidate[];
  readonly troubles: readonly ImportTrouble[];
}

/** What the providers recognise in the files, in their order. Pure. */
export function candidatesIn(files: readonly ImportFile[], manifests: readonly ProviderManifest[]): Candidates {
  const read = files.map((file) => candidatesOf(file, manifests));
  return { candidates: read.flatMap(({ candidates }) => candidates), troubles: read.flatMap(({ troubles }) => troubles) };
}

function candidatesOf(file: ImportFile, manifests: readonly ProviderManifest[]): Candidates {
  const { found, troubles } = parsers[file.tool](file.text);
  const candidates: ImportCandidate[] = [];
  const unread = [...troubles];
  for (const one of found) {
    const manifest = manifests.find((other) => isRecognised(one, file.tool, other));
    if (manifest !== undefined) candidates.push(candidateFrom(withAddress(one, manifest, found), file, manifest));
    else if (one.kind === 'account') unread.push(`no provider here goes by the name ${JSON.stringify(one.key)} of ${toolNames[file.tool]}`);
  }
  if (candidates.length === 0 && unread.length === 0) unread.push('no credential of a provider of this Maestro is in it');
  return { candidates, troubles: unread.map((text) => ({ origin: file.name, text })) };
}

function isRecognised({ kind, key }: Found, tool: ImportTool, { imports }: ProviderManifest): boolean {
  if (kind === 'variable') return imports?.environment?.includes(key) === true;
  return tool !== 'env' && imports?.accounts?.[tool]?.includes(key) === true;
}

/** A key beside a base URL is for that address, and goes nowhere else. */
function withAddress(found: Found, { id, settings }: ProviderManifest, all: readonly Found[]): Found {
  if (found.kind !== 'variable' || settings['baseUrl'] === undefined) return found;
  const address = all.find(({ kind, key }) => kind === 'variable' && key === environmentNameOf(id, 'baseUrl'))?.credentials;
  if (address?.authType !== 'api_key' || address.apiKey.reveal() === settings['baseUrl'].default) return found;
  return { ...found, baseUrl: address.apiKey.reveal() };
}

function candidateFrom(found: Found, { tool, name: file }: ImportFile, manifest: ProviderManifest): ImportCandidate {
  const { credentials, baseUrl } = found;
  const isRotating = credentials.authType === 'oauth' && credentials.refreshToken !== undefined && manifest.imports?.rotatesRefreshTokens;
  return {
    tool,
    origin: `${file}: ${found.key}`,
    manifest,
    name: nameFor(found, tool, file),
    credentials,
    ...(baseUrl !== undefined && { baseUrl }),
    ...(isRotating === true && { invalidatesLoginOf: toolNames[tool] }),
  };
}

/** The same each time, so that an import that is repeated finds what it has made. */
function nameFor({ kind, key }: Found, tool: ImportTool, file: string): SessionName {
  if (kind === 'variable') return SessionName.parse((tool === 'env' ? `env_${key}` : `${tool}_${key}`).toLowerCase().slice(0, 50));
  if (tool !== 'cli-proxy-api') return SessionName.parse(tool);
  // Its files are named for people's addresses, which are no business of a name that many see.
  return SessionName.parse(`${tool}_${createHash('sha256').update(file).digest('hex').slice(0, 8)}`);
}
