import type { ConnectionReport } from '../../../contracts/behaviours/api-key.behaviour.js';
import type { ChatRequest } from '../../../contracts/chat.js';
import type { ComplianceReport } from '../../../contracts/compliance.js';
import type { Model } from '../../../contracts/model.js';
import type { ChatAnswer } from '../../../contracts/stream-event.js';
import type { AuditListDto, ListAuditDto } from '../../requests/audit.dto.js';
import type { AccessReportDto, CallerAnswerDto, CallerListDto, GrantAnswerDto, NewCallerDto } from '../../requests/caller-answer.dto.js';
import type { CreateCallerDto } from '../../requests/caller.dto.js';
import type { ChunkListDto, ContextListDto, DeletedChunksDto } from '../../requests/context.dto.js';
import type { BeginLoginDto, LoginAnswerDto } from '../../requests/login.dto.js';
import type {
  CompleteLoginMessage,
  DefaultMessage,
  DropDefaultMessage,
  GrantMessage,
  IdMessage,
  ProviderMessage,
  RevokeGrantMessage,
  SessionInMessage,
  WhyMessage,
} from '../../requests/messages.dto.js';
import type { ProviderAnswerDto, ProviderListDto } from '../../requests/provider-answer.dto.js';
import type { SessionAnswerDto, SessionListDto } from '../../requests/session-answer.dto.js';
import type {
  ChangeSessionDto,
  CloneSessionDto,
  CreateSessionDto,
  ListSessionsDto,
  ReplaceCredentialsDto,
} from '../../requests/session.dto.js';
import type { UsageReportDto } from '../../requests/usage-answer.dto.js';
import type { ListUsageDto } from '../../requests/usage.dto.js';
import type { Cancellation } from '../controllers/chat.patterns.js';

/** What a DTO says, without being one: callers write literals. */
type Plain<T> = { readonly [Field in keyof T]: T[Field] };

type Nothing = Readonly<Record<string, never>>;

/** A page of a list; `limit` is 1 to 200, `cursor` the `nextCursor` of the page before. */
interface Paged {
  readonly limit?: number;
  readonly cursor?: string;
}

type Listed<T> = Omit<T, 'limit' | 'cursor'> & Paged;

interface OfSession {
  readonly session: SessionInMessage;
}

type OfContext = OfSession & { readonly contextId: string };

/** What is asked in a chat, of which session. */
export interface ChatCallData extends ChatRequest {
  readonly provider: string;
  /** A session's name or id. */
  readonly session: string;
  /** Needed where the provider has a session of this name for both. */
  readonly authType?: string;
  /** A conversation whose context Maestro keeps. */
  readonly contextId?: string;
}

/** As JSON brings it. */
type ModelAnswer = Omit<Model, 'createdAt'> & { readonly createdAt?: string };

/** Every message that is answered once, by its pattern without `maestro.`: what it carries, and what comes back. */
export interface MaestroCalls {
  readonly 'providers.list': { readonly data: Nothing; readonly answer: Plain<ProviderListDto> };
  readonly 'providers.get': { readonly data: Plain<ProviderMessage>; readonly answer: Plain<ProviderAnswerDto> };
  readonly 'compliance.get': { readonly data: Nothing; readonly answer: ComplianceReport };
  readonly 'sessions.create': { readonly data: Plain<CreateSessionDto>; readonly answer: Plain<SessionAnswerDto> };
  readonly 'sessions.list': { readonly data: Listed<ListSessionsDto>; readonly answer: Plain<SessionListDto> };
  readonly 'sessions.get': { readonly data: OfSession; readonly answer: Plain<SessionAnswerDto> };
  readonly 'sessions.update': { readonly data: OfSession & Plain<ChangeSessionDto>; readonly answer: Plain<SessionAnswerDto> };
  readonly 'sessions.replaceCredentials': {
    readonly data: OfSession & Plain<ReplaceCredentialsDto>;
    readonly answer: Plain<SessionAnswerDto>;
  };
  readonly 'sessions.delete': { readonly data: OfSession & { readonly ifExists?: boolean }; readonly answer: null };
  readonly 'sessions.clone': { readonly data: OfSession & Plain<CloneSessionDto>; readonly answer: Plain<SessionAnswerDto> };
  readonly 'sessions.refresh': { readonly data: OfSession; readonly answer: Plain<SessionAnswerDto> };
  readonly 'sessions.test': { readonly data: OfSession; readonly answer: ConnectionReport };
  readonly 'models.list': { readonly data: OfSession; readonly answer: { readonly data: readonly ModelAnswer[] } };
  readonly 'models.get': { readonly data: OfSession & { readonly model: string }; readonly answer: ModelAnswer };
  readonly 'logins.begin': { readonly data: Plain<BeginLoginDto>; readonly answer: Plain<LoginAnswerDto> };
  readonly 'logins.get': { readonly data: Plain<IdMessage>; readonly answer: Plain<LoginAnswerDto> };
  readonly 'logins.complete': { readonly data: Plain<CompleteLoginMessage>; readonly answer: Plain<SessionAnswerDto> };
  readonly 'logins.delete': { readonly data: Plain<IdMessage>; readonly answer: null };
  readonly 'chat.complete': { readonly data: ChatCallData; readonly answer: ChatAnswer };
  readonly 'chat.cancel': { readonly data: { readonly streamId: string }; readonly answer: Cancellation };
  readonly 'contexts.list': { readonly data: OfSession & Paged; readonly answer: Plain<ContextListDto> };
  readonly 'contexts.chunks': { readonly data: OfContext & Paged; readonly answer: Plain<ChunkListDto> };
  readonly 'contexts.deleteChunk': { readonly data: OfContext & { readonly chunkId: string }; readonly answer: Plain<DeletedChunksDto> };
  readonly 'callers.create': { readonly data: Plain<CreateCallerDto>; readonly answer: Plain<NewCallerDto> };
  readonly 'callers.list': { readonly data: Paged; readonly answer: Plain<CallerListDto> };
  readonly 'callers.get': { readonly data: Plain<IdMessage>; readonly answer: Plain<CallerAnswerDto> };
  readonly 'callers.delete': { readonly data: Plain<IdMessage>; readonly answer: null };
  readonly 'callers.why': { readonly data: Plain<WhyMessage>; readonly answer: Plain<AccessReportDto> };
  readonly 'grants.create': { readonly data: Plain<GrantMessage>; readonly answer: Plain<GrantAnswerDto> };
  readonly 'grants.delete': { readonly data: Plain<RevokeGrantMessage>; readonly answer: null };
  readonly 'defaults.update': { readonly data: Plain<DefaultMessage>; readonly answer: Plain<CallerAnswerDto> };
  readonly 'defaults.delete': { readonly data: Plain<DropDefaultMessage>; readonly answer: null };
  readonly 'usage.list': { readonly data: Listed<ListUsageDto>; readonly answer: Plain<UsageReportDto> };
  readonly 'audit.list': { readonly data: Listed<ListAuditDto>; readonly answer: Plain<AuditListDto> };
}
