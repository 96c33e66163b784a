import type { PipeTransform } from '@nestjs/common';

import type { RequestType } from '../requests/nested.js';
import { parseRequest } from '../requests/parse-request.js';

/** For `@Body` and `@Query`: what arrives is the DTO, or the request is refused. */
export function parsedAs<T extends object>(type: RequestType<T>): PipeTransform<unknown, T> {
  return { transform: (value) => parseRequest(type, value) };
}
