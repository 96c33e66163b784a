import { EventEmitter, once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Session } from '../../contracts/session.js';
import type { LoginPage } from '../requests/login-page.js';
import { failurePage, lookingPage, successPage } from '../requests/login-page.js';
import { codeOf } from './files.js';

const defaultPath = '/oauth/callback';
const own = new Set(['127.0.0.1', 'localhost']);

interface LoopbackOptions {
  /** The redirect that the provider's client is registered with. Without a port, any will do (RFC 8252, section 7.3). */
  readonly configured?: string;
  /** Takes the query of the address that the browser comes with. */
  readonly finish: (query: string) => Promise<Session>;
}

export interface Loopback {
  /** What the issuer must be told; absent: the configured redirect as it is. */
  readonly redirectUri?: string;
  /** How an answer to a login failed; one that is nobody's does not count. */
  failure(): MaestroError | undefined;
  /** Resolves when the next browser was answered; rejects when aborted. */
  answered(signal: AbortSignal): Promise<unknown>;
  close(): void;
}

/**
 * Waits for the browser on this machine, on 127.0.0.1 only. `undefined` where the browser comes back elsewhere: to another
 * machine, or to a port where somebody listens already (a gateway, which finishes the login as well).
 */
export async function openLoopback({ configured, finish }: LoopbackOptions): Promise<Loopback | undefined> {
  const address = configured ?? `http://127.0.0.1${defaultPath}`;
  // The login itself says what is wrong with it.
  if (!URL.canParse(address)) return undefined;
  const redirect = new URL(address);
  if (redirect.protocol !== 'http:' || !own.has(redirect.hostname)) return undefined;
  const bell = new EventEmitter();
  let failure: MaestroError | undefined;
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // Whoever scans the ports of a machine sends addresses that no URL can be made of.
    const [path, query = ''] = request.url?.split(/\?(.*)/s) ?? [];
    if (path !== redirect.pathname) {
      response.writeHead(404).end();
      return;
    }
    const { page, error } = request.method === 'GET' ? await pageFor(query, finish) : { page: lookingPage() };
    response.writeHead(page.status, { ...page.headers, connection: 'close' }).end(page.html, () => {
      if (error !== undefined && error.code !== 'login.not-found') failure = error;
      bell.emit('answered');
    });
  };
  const server = createServer((request, response) => void serve(request, response));
  const port = await listening(server, Number(redirect.port));
  if (port === undefined) return undefined;
  const hasPort = redirect.port !== '';
  redirect.port = String(port);
  return {
    ...(!hasPort && { redirectUri: redirect.href }),
    failure: () => failure,
    answered: (signal) => once(bell, 'answered', { signal }),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function pageFor(
  query: string,
  finish: LoopbackOptions['finish'],
): Promise<{ readonly page: LoginPage; readonly error?: MaestroError }> {
  try {
    return { page: successPage(await finish(query)) };
  } catch (failure) {
    const error = MaestroError.from(failure);
    return { page: failurePage(error), error };
  }
}

/** The port; `undefined` where it is taken. 0 and nothing: any that is free. */
function listening(server: Server, port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      if (codeOf(error) === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : undefined);
    });
  });
}
