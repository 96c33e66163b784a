import { Injectable } from '@nestjs/common';

import { keyedBy } from '../../families/keyed.js';
import type { KeyForm } from '../../kit/api-key.js';
import { defaultBaseUrl, providerId, testCall } from './anthropic.calls.js';

/** A token of a login has its own way in; a key of another form may be another gateway's. */
const keyForm: KeyForm = {
  provider: providerId,
  refused: [[/^sk-ant-o[ar]t\d/, 'it is a token of a login, not an API key']],
  warnings: [
    [/^sk-ant-admin/, 'an admin key manages an organisation and cannot chat'],
    [/^(?!sk-ant-)/, 'keys of Anthropic start with sk-ant-'],
  ],
};

@Injectable()
export class AnthropicApiKey extends keyedBy({ provider: providerId, defaultBaseUrl, keyHeader: 'x-api-key', keyForm, testCall }) {}
