// What a soak asks of the gateway, and what of its answers nobody can explain.
import { randomBytes } from 'node:crypto';
import { TextDecoderStream } from 'node:stream/web';
import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds around a fault in which an error may still be its doing: a stream's length, and a retry. */
const graceMs = 15_000;

/** Counts what was asked and how it went; an error is explained where it is typed and a fault was on while it was asked. */
export class Ledger {
  counts = { streams: 0, left: 0, calls: 0, refreshes: 0, typed: 0 };
  unexplained = [];
  #faults = [];

  begin(kind, of) {
    const fault = { kind, of, from: performance.now(), to: Infinity };
    this.#faults.push(fault);
    return () => {
      fault.to = performance.now();
    };
  }

  /** @param code of the error; empty: it has none */
  failed(what, of, since, code) {
    const isIn = ({ of: about, from, to }) => about === of && from <= performance.now() && to + graceMs >= since;
    if (code !== '' && this.#faults.some(isIn)) this.counts.typed += 1;
    else this.unexplained.push(`${what}: ${code === '' ? 'an error without a code' : code}`);
  }
}

/** One client that streams, again and again; every tenth time it leaves in the middle. */
export async function stream(gateway, ledger, signal) {
  const body = JSON.stringify({ model: 'openai:work/soak-model', stream: true, messages: [{ role: 'user', content: 'Hello' }] });
  while (!signal.aborted) {
    const since = performance.now();
    const isLeaving = Math.random() < 0.1;
    try {
      const leave = new AbortController();
      const response = await fetch(`${gateway.url}/v1/chat/completions`, {
        method: 'POST',
        headers: gateway.headers,
        body,
        signal: leave.signal,
      });
      if (!response.ok) {
        ledger.failed('stream', 'provider', since, codeIn(await response.text()));
        await pause(500);
        continue;
      }
      let text = '';
      for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
        text += piece;
        if (isLeaving && text.length > 2_000) break;
      }
      leave.abort();
      if (isLeaving) ledger.counts.left += 1;
      else if (text.includes('data: [DONE]')) ledger.counts.streams += 1;
      else ledger.failed('stream', 'provider', since, codeIn(text));
    } catch (error) {
      if (!signal.aborted) ledger.failed(`stream ${String(error.cause ?? error)}`, 'provider', since, '');
      await pause(500);
    }
  }
}

/** A session is made, looked at, changed, listed and deleted, over and over. */
export async function changes(gateway, ledger, signal, perSecond) {
  while (!signal.aborted) {
    const name = `soak_${randomBytes(6).toString('hex')}`;
    const path = `/sessions/openai/api_key/${name}`;
    const credentials = { apiKey: `sk-${randomBytes(24).toString('hex')}` };
    const steps = [
      ['POST', '/sessions', { provider: 'openai', authType: 'api_key', name, credentials }],
      ['GET', path],
      ['PATCH', path, { label: 'soaked' }],
      ['GET', '/sessions?limit=10'],
      ['DELETE', path],
    ];
    for (const [method, at, body] of steps) {
      const due = performance.now() + 1_000 / perSecond;
      await call(gateway, ledger, method, at, body);
      await pause(Math.max(0, due - performance.now()));
    }
  }
}

async function call(gateway, ledger, method, path, body) {
  const since = performance.now();
  try {
    const { status, text } = await gateway.api(method, path, body);
    if (status < 300) ledger.counts.calls += 1;
    else ledger.failed(`${method} ${path} ${String(status)}`, 'vault', since, codeIn(text));
  } catch (error) {
    ledger.failed(`${method} ${path} ${String(error.cause ?? error)}`, 'vault', since, '');
  }
}

export async function refreshes(gateway, ledger, signal, everyMs) {
  while (!signal.aborted) {
    const since = performance.now();
    try {
      const { status, text } = await gateway.api('POST', '/sessions/gemini/oauth/login/refresh');
      if (status < 300) ledger.counts.refreshes += 1;
      else ledger.failed('refresh', 'issuer', since, codeIn(text));
    } catch (error) {
      ledger.failed(`refresh ${String(error.cause ?? error)}`, 'issuer', since, '');
    }
    await pause(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

/** The code of a problem document, or what the error of a door says of its kind: not each dialect has a code for each. */
function codeIn(text) {
  const [, code] = /"code":\s*"([a-z][a-z0-9_.-]+)"/.exec(text) ?? [];
  const [, type] = /"error":\s*\{[^{}]*"type":\s*"([a-z][a-z0-9_.-]+)"/.exec(text) ?? [];
  return code ?? type ?? '';
}
