import type { Environment } from './config/environment.js';

/** What was asked for, else what suits who reads: people in a terminal, or programs. */
export function logFormatOf({ logFormat }: Environment): 'json' | 'pretty' {
  return logFormat ?? (process.stdout.isTTY ? 'pretty' : 'json');
}
