import { createHmac, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

import { Secret } from '../../contracts/secret.js';

/** `mk_<caller id>_<secret>_<check>`: the id finds the row, the check tells a mistyped key without asking for one. */
export interface CallerKey {
  /** A UUID. */
  readonly callerId: string;
  readonly secret: Secret;
}

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const form = /^(mk_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})_([0-9A-Za-z]{43}))_([0-9A-Za-z]{6})$/;

/** Bytes of the secret part: what is that random needs no slow hash. */
const secretLength = 32;

export function newCallerSecret(): Secret {
  return Secret.of(base62(BigInt(`0x${randomBytes(secretLength).toString('hex')}`), 43));
}

/** As its holder is told, once. */
export function textFromCallerKey({ callerId, secret }: CallerKey): Secret {
  const body = `mk_${callerId.replaceAll('-', '')}_${secret.reveal()}`;
  return Secret.of(`${body}_${checkOf(body)}`);
}

export function callerKeyFromText(text: string): CallerKey | undefined {
  const [, body = '', one = '', two = '', three = '', four = '', five = '', secret = '', check = ''] = form.exec(text) ?? [];
  if (check === '' || checkOf(body) !== check) return undefined;
  return { callerId: [one, two, three, four, five].join('-'), secret: Secret.of(secret) };
}

/** What is stored of a key. The id is part of it: a hash that is moved to another row fits no key. */
export function hashOfCallerKey({ callerId, secret }: CallerKey, pepper: Secret): Buffer {
  return createHmac('sha256', pepper.reveal()).update(`maestro-caller-key-1/${callerId}/${secret.reveal()}`).digest();
}

function checkOf(body: string): string {
  return base62(BigInt(crc32(body)), 6);
}

function base62(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; rest > 0n; rest /= 62n) text = (digits[Number(rest % 62n)] ?? '') + text;
  return text.padStart(length, '0');
}
