import { createHash } from 'node:crypto';

import type { MaestroError } from '../../contracts/errors/maestro-error.js';
import { httpStatusOf } from '../../contracts/errors/problem.js';
import type { Session } from '../../contracts/session.js';

/** The last page of a login in the browser. */
export interface LoginPage {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly html: string;
}

const style = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --paper: #f4f6f8; --card: #fff; --mark: #12805c; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ecf1; --soft: #9aa6b5; --paper: #12161c; --card: #1b222b; --mark: #3ecf9a; }
}
.failed { --mark: #c2571a; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--paper); color: var(--ink);
  font: 1.05rem/1.55 system-ui, sans-serif; }
main { max-width: 30rem; margin: 1rem; padding: 2.25rem 2.5rem; background: var(--card); border-radius: 1rem;
  border-top: .3rem solid var(--mark); box-shadow: 0 .5rem 2rem rgb(0 0 0 / 12%); }
h1 { margin: 0 0 .75rem; font-size: 1.4rem; line-height: 1.25; }
p { margin: .6rem 0; overflow-wrap: anywhere; }
.soft { color: var(--soft); font-size: .92rem; }
`;

/** No script, no frame, no address, no cache: what stands in the page's own address was a secret. */
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    `default-src 'none'`,
    `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    `frame-ancestors 'none'`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
};

export function successPage({ provider, name }: Pick<Session, 'provider' | 'name'>): LoginPage {
  const lines = [`The session <strong>${escaped(name)}</strong> of ${escaped(provider)} is ready.`, 'You can close this window.'];
  return { status: 200, headers, html: page('You are logged in', lines, 'done') };
}

export function failurePage(error: MaestroError): LoginPage {
  const lines = [escaped(sentence(detailOf(error))), 'You can close this window.'];
  const html = page(error.title, lines, 'failed', error.code);
  return { status: httpStatusOf[error.category], headers, html };
}

/** For a request that only looks: a browser that loads ahead, a scanner of links. */
export function lookingPage(): LoginPage {
  return { status: 405, headers: { ...headers, allow: 'GET' }, html: page('Open this page in a browser', [], 'failed') };
}

/** What nobody foresaw is told in the log. */
function detailOf({ category, message }: MaestroError): string {
  return category === 'internal' ? 'something went wrong inside Maestro' : message;
}

function page(title: string, lines: readonly string[], mood: 'done' | 'failed', code?: string): string {
  const paragraphs = lines.map((line) => `<p>${line}</p>`).join('');
  const small = code === undefined ? '' : `<p class="soft">${escaped(code)}</p>`;
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
    `<meta name="robots" content="noindex"><title>${escaped(title)} · Maestro</title><style>${style}</style></head>` +
    `<body class="${mood}"><main><h1>${escaped(title)}</h1>${paragraphs}${small}</main></body></html>\n`
  );
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
