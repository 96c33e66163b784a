import type { SimulatedRequest } from '../../contracts/simulator.js';
import { isRecord, jsonFrom } from '../../kit/read-body.js';

/** A request's fields, from a form or from JSON, with the client of an `Authorization: Basic` header among them (RFC 6749, 2.3.1). */
export function formIn({ headers, body }: SimulatedRequest): ReadonlyMap<string, string> {
  const isJson = String(headers['content-type']).startsWith('application/json');
  const fields = isJson ? textsIn(jsonFrom(body)) : [...new URLSearchParams(body)];
  return new Map([...fields, ...clientIn(String(headers['authorization']))]);
}

function textsIn(value: unknown): readonly (readonly [string, string])[] {
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, text]) => (typeof text === 'string' ? [[name, text] as const] : []));
}

function clientIn(authorization: string): readonly (readonly [string, string])[] {
  const encoded = /^Basic (.+)$/i.exec(authorization)?.[1];
  if (encoded === undefined) return [];
  const [id = '', secret = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(':').map(formDecoded);
  return [
    ['client_id', id],
    ['client_secret', secret],
  ];
}

function formDecoded(text: string): string {
  return new URLSearchParams(`value=${text}`).get('value') ?? '';
}
