import { MaestroError } from '../contracts/errors/maestro-error.js';
import { databaseError } from './database-errors.js';

function coded(code: string): Error {
  return Object.assign(new Error('from the driver'), { code });
}

describe("a database's error", () => {
  it.each(['08006', '57P01', '57P03', '57014', '53300', 'ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ENOTFOUND'])(
    'of code %s says that the database is away',
    (code) => {
      expect(databaseError(coded(code))).toMatchObject({ code: 'database.unavailable', isRetryable: true });
    },
  );

  it.each(['timeout exceeded when trying to connect', 'Query read timeout', 'Connection terminated unexpectedly'])(
    'without a code says so too: %s',
    (message) => {
      expect(databaseError(new Error(message))).toMatchObject({ code: 'database.unavailable' });
    },
  );

  it.each([
    ['28P01', /wrong user or password/],
    ['3D000', /no such database/],
  ])('of code %s names what an operator must set right', (code, message) => {
    expect(databaseError(coded(code))).toMatchObject({ code: 'database.refused', message: expect.stringMatching(message) });
  });

  it('about a character that cannot be stored is about the request', () => {
    expect(databaseError(coded('22021'))).toMatchObject({ code: 'request.invalid', message: expect.stringContaining('U+0000') as string });
  });

  it('that means something else stays what it is', () => {
    const syntax = coded('42601');
    const ours = new MaestroError('session.not-found', { session: 'x' });

    expect(databaseError(syntax)).toBe(syntax);
    expect(databaseError(ours)).toBe(ours);
    expect(databaseError('no error at all')).toBe('no error at all');
  });
});
