import type { Secret } from './contracts/secret.js';
import type { PinoLogger } from './observability/pino-logger.js';

/** What whoever started a gateway wants to know of it. */
export interface Announcement {
  readonly url: string;
  readonly rpcAddresses: readonly string[];
  /** Of the private PostgreSQL. */
  readonly dataDir?: string | undefined;
  readonly adminKeyFile?: string | undefined;
  readonly newAdminKey?: Secret | undefined;
  readonly encryptionKeyFile?: string | undefined;
  /** Processes that serve, where they are several. */
  readonly workers?: number;
}

/** To people in words; to programs as an entry of the log. The key itself is never logged: it is printed, once. */
export function announce(gateway: Announcement, format: 'json' | 'pretty', logger: PinoLogger): void {
  const { url, rpcAddresses, dataDir, newAdminKey, adminKeyFile, encryptionKeyFile, workers } = gateway;
  const key = newAdminKey === undefined ? [] : [`  admin key  ${newAdminKey.reveal()}  (shown this once)`];
  if (format === 'json') {
    logger.log(
      { text: 'listening', url, rpcAddresses: rpcAddresses.join(' ') || undefined, dataDir, adminKeyFile, encryptionKeyFile, workers },
      'Main',
    );
    for (const line of key) process.stderr.write(`${line.trimStart()}\n`);
    return;
  }
  const lines = [
    '',
    `  Maestro    ${url}  (${url}/docs)`,
    ...rpcAddresses.map((address) => `  messages   ${address}`),
    ...(workers === undefined ? [] : [`  workers    ${String(workers)}`]),
    ...(dataDir === undefined ? [] : [`  data       ${dataDir}`]),
    ...(encryptionKeyFile === undefined ? [] : [`  keys       ${encryptionKeyFile}  (keep a copy in a safe place)`]),
    ...(adminKeyFile === undefined ? [] : [`             ${adminKeyFile}`]),
    ...key,
    '',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
