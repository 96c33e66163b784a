import { applyDecorators, Controller, UseFilters, UseGuards, UseInterceptors } from '@nestjs/common';

import { RpcProblemFilter } from './problem.filter.js';
import { RequestCourse } from './request-course.js';
import { RpcGuard } from './rpc.guard.js';

/**
 * A controller of messages: for callers with a Maestro key, with problem documents for failures. All of that comes with the
 * controller, not with the application: an application of somebody else's keeps its own ways.
 */
export function RpcApi(): ClassDecorator {
  return applyDecorators(Controller(), UseGuards(RpcGuard), UseInterceptors(RequestCourse), UseFilters(RpcProblemFilter));
}
