// The package's `contracts` entry: what a provider is made of, and what every value that crosses a door looks like.
export type { AuditAction, AuditEntry, AuditEvent, AuditHead, AuditNote, AuditOutcome, AuditProblem, AuditVerdict } from './audit-event.js';
export { AuthType, authTypes } from './auth-type.js';
export type { ConnectionReport, KeyVerdict } from './behaviours/api-key.behaviour.js';
export { ApiKeyBehaviour } from './behaviours/api-key.behaviour.js';
export type { BehaviourDescriptor, BehaviourKind, ParameterCounts } from './behaviours/behaviour.js';
export { behaviour, behaviourKinds } from './behaviours/behaviour.js';
export type { BehaviourByKind } from './behaviours/behaviours.js';
export { descriptorOf } from './behaviours/behaviours.js';
export type { ChunkListOptions } from './behaviours/context.behaviour.js';
export { ContextBehaviour } from './behaviours/context.behaviour.js';
export { ModelsBehaviour } from './behaviours/models.behaviour.js';
export type { AuthorizationOptions } from './behaviours/oauth.behaviour.js';
export { OAuthBehaviour } from './behaviours/oauth.behaviour.js';
export type { StreamDecoder } from './behaviours/stream-decoder.js';
export type { EncodedStep, StreamEncoder } from './behaviours/stream-encoder.js';
export type { StreamOptions, StreamState, StreamStep } from './behaviours/streaming.behaviour.js';
export { StreamingBehaviour } from './behaviours/streaming.behaviour.js';
export type { Caller, CallerAccount, CallerLimits, CallerRecord, Grant, KeptGrant, Scope } from './caller.js';
export { scopes } from './caller.js';
export type { ContextManagement, Feature, ProviderCapabilities, ProviderSummary } from './capabilities.js';
export type {
  ChatMessage,
  ChatOptions,
  ChatRequest,
  ContentPart,
  DecodedRequest,
  FilePart,
  ImagePart,
  JsonObject,
  JsonValue,
  ProviderOptions,
  ProviderPart,
  ReasoningOptions,
  ReasoningPart,
  ResponseFormat,
  Role,
  TextPart,
  ToolCallPart,
  ToolChoice,
  ToolDefinition,
  ToolResultPart,
} from './chat.js';
export { Clock, systemClock } from './clock.js';
export type { ComplianceReport, ConformanceSummary, Finding, FindingCode, ProviderCompliance } from './compliance.js';
export type { ConformanceReport, ConformanceVerdict } from './conformance.js';
export type { ChunkKind, ContextChunk, ContextSummary } from './context-chunk.js';
export { ContextId } from './context-chunk.js';
export type { ApiKeyCredentials, CredentialExtra, Credentials, OAuthCredentials } from './credentials.js';
export type { ProviderDeclaration, ProviderDefinition, ProviderHost, ProviderRuntime } from './define-provider.js';
export {
  behaviourToken,
  defineProvider,
  isProviderDefinition,
  providerHttp,
  providerRuntime,
  providerSettings,
} from './define-provider.js';
export type { ErrorCode, ErrorParameters } from './errors/catalogue.js';
export { catalogue } from './errors/catalogue.js';
export type { ErrorCategory } from './errors/category.js';
export type { MaestroErrorOptions, RateLimit, UpstreamFacts } from './errors/maestro-error.js';
export { MaestroError } from './errors/maestro-error.js';
export type { ProblemDocument } from './errors/problem.js';
export { httpStatusOf, problemFromError } from './errors/problem.js';
export type { ImportTool, ProviderImports } from './imports.js';
export type { FinishedLogin, Login, LoginConsent, LoginProblem, LoginStatus, PendingLogin } from './login.js';
export type {
  BehaviourClass,
  DialectSupport,
  Limitation,
  LoginTraits,
  ProviderManifest,
  RefreshRotation,
  Requirement,
  SettingDefinition,
} from './manifest.js';
export { contractVersion, environmentNameOf, noKey } from './manifest.js';
export type { Ability, AbilityState, Model, ModelFacts } from './model.js';
export { aModel } from './model.js';
export type {
  CallOptions,
  ClientOptions,
  HttpClient,
  HttpRequest,
  OutgoingHeaders,
  ProviderClient,
  ProviderSettings,
} from './provider-client.js';
export { ProviderId } from './provider-id.js';
export { Secret } from './secret.js';
export type {
  Page,
  SealedSecret,
  Session,
  SessionAddress,
  SessionRecord,
  SessionReference,
  SessionStatus,
  StoredSessionStatus,
} from './session.js';
export { SessionId } from './session.js';
export { SessionName } from './session-name.js';
export type { ProviderSimulator, RunningSimulator, SimulatedRequest, SimulatorOptions } from './simulator.js';
export { defineSimulator, isProviderSimulator } from './simulator.js';
export type {
  AnswerPart,
  AudioDelta,
  ChatAnswer,
  Citation,
  FileEvent,
  FinishReason,
  MessageEnd,
  MessageStart,
  ProviderEvent,
  ReasoningDelta,
  RefusalDelta,
  ServerTool,
  StreamEvent,
  TextDelta,
  ToolCallDelta,
  ToolCallEnd,
  ToolCallStart,
  Usage,
  UsageEvent,
} from './stream-event.js';
export type { AuthorizationChallenge, LoginMethod, PkceParams, RefreshedTokens, TokenSet } from './tokens.js';
export type { UsageDimension, UsageGroup, UsageLatency, UsageQuery, UsageReport, UsageTokens } from './usage.js';
export { usageDimensions } from './usage.js';
export type { Dialect, ServerSentEvent, WireHeaders, WireOperation, WireRequest, WireResponse } from './wire-request.js';
