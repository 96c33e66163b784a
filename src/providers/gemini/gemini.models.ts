import { Injectable } from '@nestjs/common';

import { generateContentModels } from '../../families/gemini-generate-content/models.js';
import { providerId } from './gemini.calls.js';

@Injectable()
export class GeminiModels extends generateContentModels({ provider: providerId }) {}
