import type { ProviderImports } from '../../contracts/imports.js';
import type { Limitation, LocalServerTraits, SettingDefinition } from '../../contracts/manifest.js';
import type { WireOperation } from '../../contracts/wire-request.js';
import type { ChatVendor } from '../../dialects/openai-chat/vendor.js';

/** A vendor of this wire: who it is, where it is, and in what it differs. */
export interface CompatibleVendor {
  readonly id: string;
  readonly displayName: string;
  /** With its version. `{accountId}` stands for a setting of that name, or for what goes with a session's key under it. */
  readonly baseUrl: string;
  readonly differences?: Differences;
  /** Where the vendor tells of this API. */
  readonly documentation?: string;
  /** Beside `baseUrl`, which each has. */
  readonly settings?: Readonly<Record<string, SettingDefinition>>;
  readonly limitations?: readonly Limitation[];
  readonly imports?: ProviderImports;
  /** Of a server that people run on their own machine. */
  readonly localServer?: LocalServerTraits;
}

/** Nothing declared: what most vendors of this wire do. */
export interface Differences extends Omit<ChatVendor, 'provider'> {
  /** Sent with each request; names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Headers that carry a setting where it is set: header → setting. */
  readonly settingHeaders?: Readonly<Record<string, string>>;
  /**
   * Fields that it refuses in requests which pass by as clients wrote them, and what says the same: another field, or `null`
   * where it does so unasked.
   */
  readonly refusedFields?: Readonly<Record<string, string | null>>;
  /** Default: `/models` below the address, with each model's name in `id`. */
  readonly models?: ModelListing;
  /**
   * The path of the cheapest request that a wrong key is refused for; default: that of the models. `none`: there is no request
   * that proves a key and costs nothing.
   */
  readonly keyProof?: string;
  /** Its servers mostly run without a key: the key `none` is then no key. */
  readonly isKeyOptional?: boolean;
  /** Beside `chat`; default `embeddings` and `other`. */
  readonly operations?: readonly WireOperation[];
  /** What its answers look like. Reading needs none of it; who plays this vendor speaks so, and its page tells. */
  readonly speech?: Speech;
}

export interface ModelListing {
  /** Below the vendor's address; it may climb (`/../catalog/models`). */
  readonly path?: string;
  /** Default `id`. */
  readonly idField?: 'id' | 'name';
}

export interface Speech {
  /** Where it puts what a model thinks; default: it tells only how many tokens that took. */
  readonly reasoning?: 'reasoning' | 'reasoning_content' | 'content-parts';
  /**
   * Where it puts usage; default: in a last chunk of its own. `under`: in an object of its own in the chunk that finishes.
   * `unasked`: nowhere.
   */
  readonly usage?: 'last-chunk' | 'finish-chunk' | 'choice' | 'unasked' | { readonly under: string };
  /** Its streams end without `[DONE]`. */
  readonly lacksDoneMark?: boolean;
  /** Its tool calls have no index. */
  readonly lacksCallIndex?: boolean;
  /** Its word for an answer that is whole; default `stop`. */
  readonly stopWord?: string;
  /** Its list of models is bare, without an object around it, or named otherwise than `data`. */
  readonly modelList?: 'bare' | 'models' | 'result';
}
