import { Module } from '@nestjs/common';

import type { ProviderDefinition } from '../../contracts/define-provider.js';
import { defineProvider } from '../../contracts/define-provider.js';
import type { DialectSupport } from '../../contracts/manifest.js';
import type { WireOperation } from '../../contracts/wire-request.js';
import type { ThinkingStyle } from '../../dialects/anthropic-messages/reasoning.js';
import { anthropicMessages } from '../../dialects/anthropic-messages/wire.js';
import type { DeclaredVendor } from '../family.js';
import type { KeyHeader } from '../keyed.js';
import { keyedBy } from '../keyed.js';
import { messagesModels } from './models.js';
import { messagesStreaming } from './streaming.js';
import { messagesCall, versionHeaders } from './vendor.js';

/** In what a vendor of this wire may differ. Nothing declared: what its maker does, for models that are not its own. */
export interface Differences {
  /** Default `x-api-key`; `authorization` is a bearer's. */
  readonly keyHeader: Extract<KeyHeader, 'x-api-key' | 'authorization'>;
  /** Sent with each request; names in lower case. They come after the wire's version, and may replace it. */
  readonly headers: Readonly<Record<string, string>>;
  /** Tokens that are asked for where a request sets no limit: the wire wants one. Default 8192. */
  readonly defaultMaxTokens: number;
  /** How its models are asked to think; default `budget`. */
  readonly thinking: ThinkingStyle;
  /** Beside `chat`; default none. */
  readonly operations: readonly WireOperation[];
}

export function compatibleProvider({
  id: provider,
  displayName,
  baseUrl,
  differences,
}: DeclaredVendor<Partial<Differences>>): ProviderDefinition {
  const { keyHeader = 'x-api-key', defaultMaxTokens = 8192, thinking = 'budget', operations = [] } = differences;
  const dialects: readonly DialectSupport[] = [{ dialect: anthropicMessages, operations: ['chat', ...operations] }];
  const vendor = {
    provider,
    dialects,
    headers: { ...versionHeaders, ...differences.headers },
    traitsOf: () => ({ defaultMaxTokens, thinking }),
  };

  @Module({})
  class CompatibleModule {}
  return defineProvider(CompatibleModule, {
    id: provider,
    displayName,
    apiKey: keyedBy({
      provider,
      defaultBaseUrl: baseUrl,
      keyHeader,
      testCall: (client, options) => messagesCall(vendor, client, options, { path: '/v1/models?limit=1' }),
    }),
    streaming: messagesStreaming(vendor),
    models: messagesModels(vendor),
    dialects,
    settings: { baseUrl: { text: 'address of the API, without a version', default: baseUrl } },
  });
}
