import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { ProviderId } from '../../contracts/provider-id.js';
import { SessionName } from '../../contracts/session-name.js';
import { failurePage, lookingPage, successPage } from './login-page.js';

describe('the last page of a login', () => {
  it('says which session is ready', () => {
    const { status, html } = successPage({ provider: ProviderId.parse('acme'), name: SessionName.parse('work_login') });
    expect(status).toBe(200);
    expect(html).toContain('The session <strong>work_login</strong> of acme is ready.');
    expect(html).toContain('You can close this window.');
  });

  it('shows as text whatever stands in a failure', () => {
    const reason = `"><script>alert('&')</script>`;
    const { status, html } = failurePage(new MaestroError('login.rejected', { provider: 'acme', reason }));
    expect(status).toBe(400);
    expect(html).toContain('&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;');
    expect(html).not.toContain('<script');
  });

  it.each([
    [new MaestroError('login.not-found', {}), 404, 'begin a new one'],
    [new MaestroError('session.name-taken', { provider: 'acme', authType: 'oauth', name: 'work_login' }), 409, 'choose another name'],
    [
      new MaestroError('oauth.misconfigured', { provider: 'acme', problem: 'invalid_client' }),
      500,
      'check its id, secret, redirect and scopes',
    ],
    [new MaestroError('upstream.unreachable', { origin: 'https://acme.example', reason: 'refused' }), 502, 'acme.example'],
    [new MaestroError('database.unavailable', {}), 503, 'database'],
    [new MaestroError('internal', {}, { cause: new Error('secret detail') }), 500, 'Something went wrong inside Maestro.'],
  ])('tells in words what became of it: %s', (error, status, words) => {
    const page = failurePage(error);
    expect([page.status, page.html.includes(error.code)]).toEqual([status, true]);
    expect(page.html).toContain(words);
    expect(page.html).not.toContain('secret detail');
    // Whoever loads the page of a good login again comes here, too.
    expect(page.html).not.toContain('kept');
  });

  it('asks who only looks to open it', () => {
    expect(lookingPage()).toMatchObject({ status: 405, headers: { allow: 'GET' } });
  });
});
