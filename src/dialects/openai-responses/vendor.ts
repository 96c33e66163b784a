/** What a vendor of this wire is told, and in what it differs. */
export interface ResponsesVendor {
  /** Whose `providerOptions` of a part are meant for this vendor. */
  readonly provider?: string;
  /** Whether the vendor keeps the answer. Default false: a conversation is sent whole each time, so nothing needs to be kept. */
  readonly store?: boolean;
  /** Asks for what the model thought in encrypted form, to be sent back. Models that do not think refuse it. */
  readonly wantsEncryptedReasoning?: boolean;
}
