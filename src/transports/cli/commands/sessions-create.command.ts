import { Injectable } from '@nestjs/common';
import { Help, Option, SubCommand } from 'nest-commander';

import type { Credentials } from '../../../contracts/credentials.js';
import type { Secret } from '../../../contracts/secret.js';
import type { CommonOptions } from '../admin-command.js';
import { AdminCommand } from '../admin-command.js';
import { readSecret } from '../read-secret.js';
import { usageError } from '../usage-error.js';
import { shownSession } from './session-output.js';

interface CreateOptions extends CommonOptions {
  readonly authType?: string;
  readonly label?: string;
  readonly baseUrl?: string;
  readonly verify?: boolean;
}

@SubCommand({
  name: 'create',
  description: 'keep a provider account under a name; its secret is asked for, or read from standard input',
  arguments: '<provider> <name>',
  argsDescription: { provider: "the provider's id", name: '3 to 50 of A-Z a-z 0-9 _ -' },
})
@Injectable()
export class CreateSession extends AdminCommand {
  async run([provider = '', name = '']: readonly string[], { json, authType = 'api_key', ...options }: CreateOptions): Promise<void> {
    const secret = await readSecret(this.terminal, authType === 'api_key' ? `API key for ${provider}` : `tokens for ${provider} (JSON)`);
    const credentials = await credentialsFromText(secret);
    const { sessions } = await this.workbench.vault();
    const session = await sessions.create({ ...options, provider, authType, name, credentials, signal: this.terminal.signal });
    const { value, text } = shownSession(session);
    this.print({ json: json === true }, value, text);
  }

  @Option({ flags: '--auth-type <type>', description: 'api_key or oauth (default: api_key)' })
  readAuthType(text: string): string {
    return text;
  }

  @Option({ flags: '--label <text>', description: 'a word for people' })
  readLabel(text: string): string {
    return text;
  }

  @Option({ flags: '--base-url <url>', description: 'an address of its own, to which the credential is bound' })
  readBaseUrl(text: string): string {
    return text;
  }

  @Option({ flags: '--verify', description: 'ask the provider whether it takes the credential before keeping it' })
  readVerify(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
Standard input is a key as it is, or JSON: { "apiKey": …, "organizationId": … } or { "accessToken": …, "refreshToken": … }.

  maestro sessions create acme team_key --label "billed to research" < key.txt`;
  }
}

/** @throws MaestroError `request.invalid`, which shows nothing of the text */
async function credentialsFromText(secret: Secret): Promise<Credentials> {
  const { credentialsFrom } = await import('../../requests/credentials.dto.js');
  const text = secret.reveal();
  if (!text.startsWith('{')) return credentialsFrom({ apiKey: text });
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    throw usageError('the credentials begin like JSON, but cannot be read as JSON');
  }
  return credentialsFrom(fields);
}
