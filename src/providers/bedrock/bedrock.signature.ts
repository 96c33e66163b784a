import { createHash, createHmac } from 'node:crypto';

import type { AccessKeys } from './bedrock.credentials.js';

/** What is signed: a request without a body and with its query in order. */
export interface SignedRequest {
  readonly url: string;
  readonly region: string;
  readonly service: string;
  readonly now: Date;
}

/** Headers that prove a GET (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html). */
export function signatureHeaders(keys: AccessKeys, { url, region, service, now }: SignedRequest): Readonly<Record<string, string>> {
  const { host, pathname, searchParams } = new URL(url);
  const time = now.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const headers: Record<string, string> = { host, 'x-amz-date': time };
  if (keys.sessionToken !== undefined) headers['x-amz-security-token'] = keys.sessionToken.reveal();
  const names = Object.keys(headers).sort();
  const query = [...searchParams].map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).sort();
  const canonical = [
    'GET',
    pathname,
    query.join('&'),
    ...names.map((name) => `${name}:${headers[name] ?? ''}`),
    '',
    names.join(';'),
    hash(''),
  ].join('\n');
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const key = [time.slice(0, 8), region, service, 'aws4_request'].reduce<string | Buffer>(
    (last, part) => hmac(last, part),
    `AWS4${keys.secretAccessKey.reveal()}`,
  );
  const signature = hmac(key, ['AWS4-HMAC-SHA256', time, scope, hash(canonical)].join('\n')).toString('hex');
  const { host: _host, ...sent } = headers;
  return {
    ...sent,
    authorization: `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  };
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
