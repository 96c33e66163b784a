import type { ChatOptions } from '../../contracts/chat.js';

/** In what vendors of this wire differ when they read a request. Nothing declared: what most of them take. */
export interface ChatVendor {
  /** Whose `providerOptions` of a part are meant for this vendor. */
  readonly provider?: string;
  /** Default `max_tokens`. */
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens';
  /** Default `user`. */
  readonly endUserField?: 'user' | 'safety_identifier';
  /** Default `system`. */
  readonly systemRole?: 'system' | 'developer';
  /** Wants `reasoning_content` of earlier answers back. */
  readonly takesReasoningBack?: boolean;
  /** Wants `reasoning_details` of earlier answers back: block by block, with what proves them. */
  readonly takesReasoningDetails?: boolean;
  /** Knows `top_k`. */
  readonly takesTopK?: boolean;
  /** Default `seed`. */
  readonly seedField?: 'seed' | 'random_seed';
  /** Options that have no place in its requests: they are not sent. */
  readonly lacksOptions?: readonly (keyof ChatOptions)[];
  /** Counts tokens unasked at the end of a stream, and refuses to be asked with `stream_options`. */
  readonly countsUnasked?: boolean;
  /**
   * How thinking is asked for: by `reasoning_effort` (`effort`, the default), by an object `reasoning` of effort and limit
   * (`object`), or by `thinking`, which turns it on and off (`switch`).
   */
  readonly reasoningWords?: 'effort' | 'object' | 'switch';
}
