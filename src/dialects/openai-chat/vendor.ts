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
}
