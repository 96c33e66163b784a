import { Injectable } from '@nestjs/common';

import type { DialectSupport } from '../../contracts/manifest.js';
import { anthropicMessages } from '../../dialects/anthropic-messages/wire.js';
import { traitsOf } from '../../families/anthropic-messages/model-traits.js';
import { messagesStreaming } from '../../families/anthropic-messages/streaming.js';
import { versionHeaders } from '../../families/anthropic-messages/vendor.js';
import { providerId } from './anthropic.calls.js';

export const dialects: readonly DialectSupport[] = [{ dialect: anthropicMessages, operations: ['chat', 'count-tokens', 'other'] }];

@Injectable()
export class AnthropicStreaming extends messagesStreaming({ provider: providerId, dialects, headers: versionHeaders, traitsOf }) {}
