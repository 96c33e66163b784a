import { BadRequestException, NotFoundException, ServiceUnavailableException } from '@nestjs/common';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { errorFromHttp } from './error-from-http.js';

const request = { method: 'GET', path: '/x', contentType: 'text/html', bodyLimit: 65_536 };

function fastifyError(code: string, statusCode: number): Error {
  return Object.assign(new Error('secret detail'), { code, statusCode });
}

describe('a failure of the framework', () => {
  it.each([
    [new NotFoundException('Cannot GET /x'), 'route.unknown', 'GET "/x" is not served; see /openapi.json for what is'],
    [fastifyError('FST_ERR_CTP_BODY_TOO_LARGE', 413), 'request.too-large', 'the request is over the limit of 64 KiB'],
    [
      fastifyError('FST_ERR_CTP_INVALID_MEDIA_TYPE', 415),
      'request.content-type',
      'content type "text/html" is not read here; send application/json',
    ],
    [fastifyError('FST_ERR_BAD_URL', 400), 'request.invalid', 'the address cannot be read'],
    [fastifyError('FST_ERR_MAX_PARAM_LENGTH', 414), 'request.invalid', 'the address cannot be read'],
    [fastifyError('FST_ERR_CTP_INVALID_JSON_BODY', 400), 'request.not-json', expect.stringContaining('could not be read as JSON')],
    [new BadRequestException('secret detail'), 'request.not-json', expect.any(String)],
    [new ServiceUnavailableException(), 'internal', expect.any(String)],
    [fastifyError('FST_ERR_OTHER', 500), 'internal', expect.any(String)],
    [new TypeError('secret detail'), 'internal', expect.any(String)],
    ['secret detail', 'internal', expect.any(String)],
    [null, 'internal', expect.any(String)],
  ])('%s is %s', (failure, code, message) => {
    const error = errorFromHttp(failure, request);

    expect(error).toMatchObject({ code, message, cause: failure });
    expect(error.message).not.toContain('secret detail');
  });

  it('is left alone where it is one of ours', () => {
    const ours = new MaestroError('database.unavailable', {});

    expect(errorFromHttp(ours, request)).toBe(ours);
  });

  it('speaks of megabytes where the limit is one', () => {
    const error = errorFromHttp(fastifyError('FST_ERR_CTP_BODY_TOO_LARGE', 413), { ...request, bodyLimit: 32 * 1024 * 1024 });

    expect(error.message).toBe('the request is over the limit of 32 MiB');
  });
});
