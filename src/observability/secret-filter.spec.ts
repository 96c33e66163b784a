import { Secret } from '../contracts/secret.js';
import { secretFilter } from './secret-filter.js';

describe('the filter of the log', () => {
  it.each([
    ['authorization: Bearer abcdefgh12345678', 'authorization: Bearer [secret]'],
    ['Basic dXNlcjpwYXNzd29yZA==', 'Basic [secret]'],
    ['key mk_0123456789abcdefXYZ is wrong', 'key [secret] is wrong'],
    ['sk-ant-api03-0123456789abcdef', '[secret]'],
    ['AIzaSy0123456789012345678901234567890', '[secret]'],
    ['token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln.', 'token [secret].'],
    ['ya29.a0Af_0123456789abcdef', '[secret]'],
    ['postgres://maestro:hunter2@db:5432/maestro', 'postgres://[secret]@db:5432/maestro'],
    ['GET /v1beta/models?key=abc&page=2', 'GET /v1beta/models?key=[secret]&page=2'],
  ])('takes the secret out of %j', (text, expected) => {
    expect(secretFilter().apply(text)).toBe(expected);
  });

  it.each(['session work_claude of anthropic', 'a1b2c3d4-0000-4000-8000-0123456789ab', 'basic words stay', 'https://host/a@b'])(
    'leaves %j as it is',
    (text) => {
      expect(secretFilter().apply(text)).toBe(text);
    },
  );

  it('takes out what it was told, however it is written', () => {
    const filter = secretFilter();
    const secret = 'not "of any" known/form';
    filter.remember(Secret.of(secret));

    const written = [secret, JSON.stringify({ secret }), encodeURIComponent(secret), Buffer.from(secret).toString('base64')];

    expect(written.map((text) => filter.apply(text))).toEqual(['[secret]', '{"secret":"[secret]"}', '[secret]', '[secret]']);
  });

  it('remembers no word', () => {
    const filter = secretFilter();
    filter.remember(Secret.of('admin'));

    expect(filter.apply('admin came')).toBe('admin came');
  });
});
