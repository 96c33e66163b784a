import { applyDecorators, Controller, UseFilters, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiDefaultResponse, ApiExtraModels, ApiTags, getSchemaPath } from '@nestjs/swagger';

import { ProblemDto } from '../requests/problem.dto.js';
import { AuthGuard } from './auth.guard.js';
import { ProblemFilter } from './problem.filter.js';

/**
 * A controller of the native API: under `/api`, for callers with a Maestro key, with problem documents for failures. All
 * of that comes with the controller, not with the application: an application of somebody else's keeps its own ways.
 */
export function NativeApi(tag: string): ClassDecorator {
  return applyDecorators(
    Controller('api'),
    UseGuards(AuthGuard),
    UseFilters(ProblemFilter),
    ApiTags(tag),
    ApiBearerAuth(),
    ApiExtraModels(ProblemDto),
    ApiDefaultResponse({
      description: 'A problem document (RFC 9457)',
      content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemDto) } } },
    }),
  );
}
