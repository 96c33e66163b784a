/** What a person without a screen sees: a status, an address, a page. */
export interface Page {
  readonly address: string;
  readonly status: number;
  readonly text: string;
  /** Where the page sends its visitor on to, not yet visited. */
  readonly next?: string;
}

/** Keeps cookies, follows redirects within one server, and fills in forms: enough of a browser to log in. */
export class Browser {
  readonly #cookies = new Map<string, string>();

  constructor(private readonly origin: string) {}

  /** Follows until a page is shown, or the way leaves the server: then `next` says where to. */
  async open(address: string): Promise<Page> {
    return this.#follow(await this.#visit(address, { method: 'GET' }));
  }

  /** Submits the page's only form with its hidden fields and what a person adds. */
  async submit(page: Page, typed: Readonly<Record<string, string>> = {}): Promise<Page> {
    const form = /<form\b[^>]*>/.exec(page.text)?.[0] ?? '';
    const action = attributeOf(form, 'action');
    if (action === undefined) throw new Error(`there is no form at ${page.address}: ${String(page.status)}`);
    const hidden: [string, string][] = [...page.text.matchAll(/<input\b[^>]*type="hidden"[^>]*>/g)].map(([input]) => [
      attributeOf(input, 'name') ?? '',
      attributeOf(input, 'value') ?? '',
    ]);
    const body = new URLSearchParams([...hidden, ...Object.entries(typed)]);
    return this.#follow(await this.#visit(new URL(action, page.address).href, { method: 'POST', body }));
  }

  async #follow(page: Page): Promise<Page> {
    if (page.next === undefined || new URL(page.next).origin !== this.origin) return page;
    return this.#follow(await this.#visit(page.next, { method: 'GET' }));
  }

  async #visit(address: string, request: RequestInit): Promise<Page> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(address, { ...request, redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const equals = pair.indexOf('=');
      const [name, value] = [pair.slice(0, equals), pair.slice(equals + 1)];
      if (value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    const location = response.headers.get('location');
    return {
      address,
      status: response.status,
      text: await response.text(),
      ...(location !== null && { next: new URL(location, address).href }),
    };
  }
}

function attributeOf(tag: string, name: string): string | undefined {
  return new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1]?.replaceAll('&amp;', '&');
}
