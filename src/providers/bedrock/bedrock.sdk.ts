import { Readable } from 'node:stream';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { HttpClient } from '../../contracts/provider-client.js';
import { Secret } from '../../contracts/secret.js';
import type { WireResponse } from '../../contracts/wire-request.js';
import { headerOf } from '../../kit/retry-after.js';
import { userAgent } from '../../kit/user-agent.js';
import type { BedrockClient } from './bedrock.client.js';
import type { AccessKeys, Identity } from './bedrock.credentials.js';
import { providerId } from './bedrock.credentials.js';

/** What is used of the vendor's package, which is not ours to bring: who chats with this provider installs it. */
export interface BedrockSdk {
  readonly BedrockRuntimeClient: new (options: object) => RuntimeClient;
  readonly ConverseStreamCommand: new (input: never) => object;
}

interface RuntimeClient {
  readonly config: { readonly credentials: () => Promise<SdkCredentials> };
  send(command: never, options: { readonly abortSignal: AbortSignal }): Promise<unknown>;
}

interface SdkCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export const packageName = '@aws-sdk/client-bedrock-runtime';

type Load = () => Promise<BedrockSdk>;

const load: Load = async () => import('@aws-sdk/client-bedrock-runtime');

/** @throws MaestroError `operation.unsupported`, which says what to install */
export async function bedrockSdk(loading: Load = load): Promise<BedrockSdk> {
  try {
    return await loading();
  } catch (error) {
    const operation = `this until the package ${packageName} is installed beside it (npm install ${packageName})`;
    throw new MaestroError('operation.unsupported', { provider: providerId, operation }, { cause: error });
  }
}

/** A client of the vendor's that signs and frames, and sends by our own way out. */
export function runtimeOf(sdk: BedrockSdk, client: BedrockClient, handler?: object): RuntimeClient {
  return new sdk.BedrockRuntimeClient({
    region: client.region,
    endpoint: client.baseUrl,
    ...proofOf(client.identity),
    // Whether to ask again is the core's to decide.
    maxAttempts: 1,
    ...(handler !== undefined && { requestHandler: handler }),
  });
}

/** The environment of the process has no say in a session's identity. */
function proofOf(identity: Identity): object {
  switch (identity.kind) {
    case 'bearer':
      return { token: { token: identity.token.reveal() }, authSchemePreference: ['httpBearerAuth'] };
    case 'access-keys': {
      const { accessKeyId, secretAccessKey, sessionToken } = identity;
      const credentials = {
        accessKeyId,
        secretAccessKey: secretAccessKey.reveal(),
        ...(sessionToken !== undefined && { sessionToken: sessionToken.reveal() }),
      };
      return { credentials, authSchemePreference: ['sigv4'] };
    }
    case 'machine':
      return { authSchemePreference: ['sigv4'] };
  }
}

/** The keys that the machine's own credentials are at the moment. */
export async function machineKeys(client: BedrockClient): Promise<AccessKeys> {
  const runtime = runtimeOf(await bedrockSdk(), client);
  try {
    const { accessKeyId, secretAccessKey, sessionToken } = await runtime.config.credentials();
    return {
      kind: 'access-keys',
      accessKeyId,
      secretAccessKey: Secret.of(secretAccessKey),
      ...(sessionToken !== undefined && { sessionToken: Secret.of(sessionToken) }),
    };
  } catch (error) {
    throw noCredentials(error);
  }
}

export function noCredentials(cause: unknown): MaestroError {
  return new MaestroError(
    'session.credentials-invalid',
    { problem: 'this machine has no credentials of its own for the vendor' },
    { cause },
  );
}

interface SdkRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** The answer of a request that was refused, unread, for who reads refusals. */
export class Refused extends Error {
  constructor(readonly answer: WireResponse) {
    super(`the provider answered ${String(answer.status)}`);
  }
}

const framesType = 'application/vnd.amazon.eventstream';

/** Our way out in the vendor's terms. @throws MaestroError `upstream.wrong-content-type` for what has no frames */
export function handlerOver(http: HttpClient, signal: AbortSignal): object {
  return {
    async handle({ protocol, hostname, port, path, headers, body }: SdkRequest) {
      const answer = await http.request({
        method: 'POST',
        url: `${protocol}//${hostname}${port === undefined ? '' : `:${String(port)}`}${path}`,
        headers: { ...headers, 'user-agent': userAgent },
        ...(body !== undefined && { body }),
        signal,
      });
      if (answer.status >= 300) throw new Refused(answer);
      const contentType = headerOf(answer.headers, 'content-type') ?? framesType;
      if (!contentType.startsWith(framesType)) throw new MaestroError('upstream.wrong-content-type', { provider: providerId, contentType });
      const { status, headers: told } = answer;
      const single = Object.fromEntries(
        Object.entries(told).map(([name, value]) => [name, typeof value === 'string' ? value : value.join(', ')]),
      );
      return { response: { statusCode: status, headers: single, body: Readable.from(answer.body, { objectMode: false }) } };
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
}
