import { MaestroError } from '../contracts/errors/maestro-error.js';
import { Secret } from '../contracts/secret.js';
import { PinoLogger } from './pino-logger.js';
import { secretFilter } from './secret-filter.js';

function aLogger(format: 'json' | 'pretty' = 'json', level = 'trace') {
  const lines: string[] = [];
  const filter = secretFilter();
  const logger = new PinoLogger({ level, format, filter, destination: { write: (line) => lines.push(line) } });
  const entries = (): Record<string, unknown>[] => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { logger, filter, lines, entries };
}

describe('the log', () => {
  it('writes one JSON line an entry, with level, time and context', () => {
    const { logger, entries } = aLogger();

    logger.log('listening', 'Main');
    logger.warn('odd', 'Main');
    logger.debug('detail', 'Main');
    logger.verbose('more', 'Main');
    logger.fatal('over', 'Main');

    expect(entries().map(({ level, context, msg }) => [level, context, msg])).toEqual([
      ['info', 'Main', 'listening'],
      ['warn', 'Main', 'odd'],
      ['debug', 'Main', 'detail'],
      ['trace', 'Main', 'more'],
      ['fatal', 'Main', 'over'],
    ]);
    expect(entries()[0]?.['time']).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  it('keeps quiet below its level', () => {
    const { logger, lines } = aLogger('json', 'warn');

    logger.log('not this');
    logger.error('but this');

    expect(lines).toHaveLength(1);
  });

  it("keeps Nest's own start for whoever debugs it", () => {
    const { logger, entries } = aLogger('json', 'debug');

    logger.log('Mapped {/api/chat, POST} route', 'RouterExplorer');

    expect(entries()[0]).toMatchObject({ level: 'debug' });
  });

  it('writes flat fields, and nothing of an object that stands among them', () => {
    const { logger, entries } = aLogger();

    logger.log({ text: 'request', status: 200, isStream: true, none: null, absent: undefined, headers: { authorization: 'x' } }, 'Http');

    expect(entries()[0]).toMatchObject({ msg: 'request', status: 200, isStream: true, none: null, headers: '[object]', context: 'Http' });
    expect(entries()[0]).not.toHaveProperty('absent');
  });

  it('says of a foreseen error its code and causes, of any other also the place', () => {
    const { logger, entries } = aLogger();
    const cause = Object.assign(new TypeError('socket'), { code: 'ECONNRESET', request: { headers: { authorization: 'hunter2hunter2' } } });

    logger.warn({ text: 'failed', error: new MaestroError('upstream.failed', { provider: 'acme' }, { cause, upstream: { status: 500 } }) });

    expect(entries()[0]).toMatchObject({
      msg: 'failed',
      error: {
        name: 'MaestroError',
        code: 'upstream.failed',
        upstream: { status: 500 },
        cause: { name: 'TypeError', message: 'socket', code: 'ECONNRESET', stack: expect.stringContaining('pino-logger.spec') },
      },
    });
    expect((entries()[0]?.['error'] as object | undefined) ?? {}).not.toHaveProperty('stack');
    expect(JSON.stringify(entries())).not.toContain('hunter2');
  });

  it('takes an error as the message, and what Nest gives beside a message', () => {
    const { logger, entries } = aLogger();

    logger.error(new Error('broken'));
    logger.error('broken too', 'Error: at some place', 'Context');
    logger.error('x'.repeat(3_000));

    expect(entries()[0]).toMatchObject({ level: 'error', msg: 'broken', error: { name: 'Error' } });
    expect(entries()[1]).toMatchObject({ msg: 'broken too', stack: 'Error: at some place', context: 'Context' });
  });

  it('takes anything for a message', () => {
    const { logger, entries } = aLogger();

    logger.log(42);
    logger.log(null);
    logger.log({ count: 1 });
    logger.log({ error: 'a text that was thrown' });

    expect(entries().map(({ msg }) => msg)).toEqual(['42', 'null', '', '']);
    expect(entries()[3]).toMatchObject({ error: { name: 'string', message: 'a text that was thrown' } });
  });

  it('cuts what is too long, and stops in a long chain of causes', () => {
    const { logger, entries, lines } = aLogger();
    let error = new Error('innermost');
    for (let depth = 0; depth < 20; depth += 1) error = new Error('y'.repeat(3_000), { cause: error });

    logger.log({ text: 'cut', error, field: 'z'.repeat(3_000) });

    expect(String(entries()[0]?.['field'])).toHaveLength(2_001);
    expect(lines[0]).not.toContain('innermost');
  });

  it('prints no secret, wherever it stands in the line', () => {
    const { logger, filter, lines } = aLogger();
    filter.remember(Secret.of('a-live-secret'));

    logger.log({ text: 'Bearer abcdefgh12345678', path: '/x?key=hunter2', name: 'a-live-secret', secret: Secret.of('inside') });

    expect(lines.join('')).not.toMatch(/abcdefgh|hunter2|a-live-secret|inside/);
  });

  it('writes for people when asked to', () => {
    const { logger, lines } = aLogger('pretty');

    logger.log({ text: 'listening', port: 4000 }, 'Main');

    expect(lines[0]).toContain('Main listening');
    expect(lines[0]).toContain('4000');
  });
});
