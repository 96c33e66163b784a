import { Injectable } from '@nestjs/common';

import { messagesModels } from '../../families/anthropic-messages/models.js';
import { versionHeaders } from '../../families/anthropic-messages/vendor.js';
import { providerId } from './anthropic.calls.js';

@Injectable()
export class AnthropicModels extends messagesModels({ provider: providerId, headers: versionHeaders }) {}
