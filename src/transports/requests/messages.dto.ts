import type { SessionAddress } from '../../contracts/session.js';
import { GrantDto, SetDefaultDto, WhyDto } from './caller.dto.js';
import { Optional, Rule, Text } from './fields.js';
import { isRecord } from './json.js';
import { CompleteLoginDto } from './login.dto.js';
import type { RequestType } from './nested.js';
import { PageQueryDto } from './page.dto.js';
import type { SessionAddressParts } from './session.dto.js';
import { ChangeSessionDto, CloneSessionDto, ReplaceCredentialsDto, sessionAddressFrom } from './session.dto.js';

// What a message says in one object, a request of HTTP says in its path, its query and its body.

/** The id of a session, or what it goes by: `{ provider, authType?, name }`, or `{ id }`. */
export type SessionInMessage = string | SessionAddressParts;

const parts = ['id', 'provider', 'authType', 'name'];

function isSession(value: unknown): boolean {
  if (typeof value === 'string') return value.length > 0 && value.length <= 50;
  return isRecord(value) && Object.entries(value).every(([name, part]) => parts.includes(name) && typeof part === 'string');
}

/** @throws MaestroError as `sessionAddressFrom` */
export function sessionInMessage(session: SessionInMessage): SessionAddress {
  return sessionAddressFrom(typeof session === 'string' ? { id: session } : session);
}

// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- A DTO without a field.
class NothingDto {}

interface OfSession {
  readonly session: SessionInMessage;
}

/** What is asked of a session, beside the session. */
function ofSession<T extends object>(base: RequestType<T>): RequestType<T & OfSession> {
  class OfSessionDto extends (base as RequestType) {
    @Rule("must be a session's id, or an object with provider, authType and name", isSession)
    readonly session: SessionInMessage;
  }
  return OfSessionDto as RequestType<T & OfSession>;
}

class ModelPart {
  @Text({ min: 1, max: 500 })
  readonly model: string;
}

class ContextPart extends PageQueryDto {
  @Text({ min: 1, max: 200 })
  readonly contextId: string;
}

class ChunkPart {
  @Text({ min: 1, max: 200 })
  readonly contextId: string;

  @Text({ min: 1, max: 200 })
  readonly chunkId: string;
}

class IfExistsPart {
  /** `true`: content where there is none. */
  @Optional()
  @Rule('must be true or false', (value) => typeof value === 'boolean')
  readonly ifExists?: boolean;
}

export const NothingMessage: RequestType = NothingDto;
export const SessionMessage = ofSession(NothingDto);
export const ChangeSessionMessage = ofSession(ChangeSessionDto);
export const CloneSessionMessage = ofSession(CloneSessionDto);
export const ReplaceCredentialsMessage = ofSession(ReplaceCredentialsDto);
export const DeleteSessionMessage = ofSession(IfExistsPart);
export const ModelMessage = ofSession(ModelPart);
export const ListContextsMessage = ofSession(PageQueryDto);
export const ListChunksMessage = ofSession(ContextPart);
export const DeleteChunkMessage = ofSession(ChunkPart);

export class ProviderMessage {
  @Text({ min: 1, max: 40 })
  readonly provider: string;
}

export class IdMessage {
  @Text({ min: 1, max: 100 })
  readonly id: string;
}

export class CompleteLoginMessage extends CompleteLoginDto {
  @Text({ min: 1, max: 100 })
  readonly id: string;
}

export class GrantMessage extends GrantDto {
  /** Id or name of who may use the sessions from then on. */
  @Text({ min: 1, max: 50 })
  readonly caller: string;
}

export class RevokeGrantMessage {
  @Text({ min: 1, max: 50 })
  readonly caller: string;

  @Text({ min: 1, max: 100 })
  readonly id: string;
}

export class DefaultMessage extends SetDefaultDto {
  @Text({ min: 1, max: 50 })
  readonly caller: string;

  @Text({ min: 1, max: 40 })
  readonly provider: string;
}

export class DropDefaultMessage {
  @Text({ min: 1, max: 50 })
  readonly caller: string;

  @Text({ min: 1, max: 40 })
  readonly provider: string;
}

export class WhyMessage extends WhyDto {
  /** A caller's id or name. */
  @Text({ min: 1, max: 50 })
  readonly id: string;
}

export class CancelMessage {
  /** The stream's id, or the `requestId` that it was asked for with. */
  @Text({ min: 1, max: 64 })
  readonly streamId: string;
}
