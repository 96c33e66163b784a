import { Injectable } from '@nestjs/common';

import type { DialectSupport } from '../../contracts/manifest.js';
import { dialect } from '../../dialects/gemini-generate-content/wire.js';
import { generateContentStreaming } from '../../families/gemini-generate-content/streaming.js';
import { providerId } from './gemini.calls.js';

export const dialects: readonly DialectSupport[] = [{ dialect, operations: ['chat', 'count-tokens', 'other'] }];

@Injectable()
export class GeminiStreaming extends generateContentStreaming({ provider: providerId, dialects }) {}
