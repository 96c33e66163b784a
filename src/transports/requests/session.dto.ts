import { AuthType } from '../../contracts/auth-type.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { ProviderId } from '../../contracts/provider-id.js';
import type { SessionAddress, SessionStatus } from '../../contracts/session.js';
import { SessionId } from '../../contracts/session.js';
import { Flag, OneOf, Optional, Rule, Text } from './fields.js';
import { isRecord } from './json.js';
import { PageQueryDto } from './page.dto.js';

const longestUrl = 2_000;
const longestLabel = 200;

export class CreateSessionDto {
  /** A provider's id. */
  @Text({ min: 1 })
  readonly provider: string;

  /** `api_key` or `oauth`. */
  @Text({ min: 1 })
  readonly authType: string;

  /** 3 to 50 of `A-Za-z0-9_-`. */
  @Text()
  readonly name: string;

  /** `{ apiKey, … }`, or tokens by hand `{ accessToken, refreshToken?, expiresAt?, idToken?, scopes? }`. */
  @Rule('must be an object', isRecord)
  readonly credentials: Record<string, unknown>;

  @Optional()
  @Text({ max: longestLabel })
  readonly label?: string;

  /** An address of this session's own. */
  @Optional()
  @Text({ min: 1, max: longestUrl })
  readonly baseUrl?: string;

  /** Ask the provider whether it takes the credential before keeping it. */
  @Optional()
  @Flag()
  readonly verify?: boolean;
}

export class ChangeSessionDto {
  @Optional()
  @Text()
  readonly name?: string;

  /** `null` takes it away. */
  @Optional()
  @Rule(`must be a text of ${String(longestLabel)} characters or fewer, or null`, isLabel)
  readonly label?: string | null;

  @Optional()
  @Flag()
  readonly disabled?: boolean;
}

function isLabel(value: unknown): boolean {
  return value === null || (typeof value === 'string' && value.length <= longestLabel);
}

export class CloneSessionDto {
  /** 3 to 50 of `A-Za-z0-9_-`. */
  @Text()
  readonly name: string;

  /** Absent: the label of the session that is cloned. `null`: none. */
  @Optional()
  @Rule(`must be a text of ${String(longestLabel)} characters or fewer, or null`, isLabel)
  readonly label?: string | null;
}

export class ReplaceCredentialsDto {
  /** As for creating a session. */
  @Rule('must be an object', isRecord)
  readonly credentials: Record<string, unknown>;

  /** Absent: the address stays. `null`: back to the provider's configured one. */
  @Optional()
  @Rule(`must be a text of 1 to ${String(longestUrl)} characters, or null`, isUrlOrNone)
  readonly baseUrl?: string | null;

  @Optional()
  @Flag()
  readonly verify?: boolean;
}

function isUrlOrNone(value: unknown): boolean {
  return value === null || (typeof value === 'string' && value.length > 0 && value.length <= longestUrl);
}

const statuses = [
  'active',
  'expired',
  'needs_attention',
  'reauth_required',
  'exhausted',
  'disabled',
  'unreadable',
] as const satisfies readonly SessionStatus[];

/** The query of a list; everything in it is text. */
export class ListSessionsDto extends PageQueryDto {
  @Optional()
  @Text({ min: 1 })
  readonly provider?: string;

  @Optional()
  @Text({ min: 1 })
  readonly authType?: string;

  @Optional()
  @OneOf(statuses)
  readonly status?: (typeof statuses)[number];
}

export class DeleteSessionDto {
  /** `true`: content where there is none. */
  @Optional()
  @OneOf(['true', 'false'])
  readonly ifExists?: 'true' | 'false';
}

/** How an address names a session: by its id, or by provider, auth type and name. */
export interface SessionAddressParts {
  readonly id?: string;
  readonly provider?: string;
  readonly authType?: string;
  readonly name?: string;
}

/** @throws MaestroError `session.not-found` for what is no id, `provider.id-invalid`, `auth-type.unknown` */
export function sessionAddressFrom({ id, provider = '', authType, name = '' }: SessionAddressParts): SessionAddress {
  if (id !== undefined) {
    if (!SessionId.is(id)) throw new MaestroError('session.not-found', { session: id });
    return { id: SessionId.of(id.toLowerCase()) };
  }
  return { provider: ProviderId.parse(provider), session: name, ...(authType !== undefined && { authType: AuthType.parse(authType) }) };
}
