import { request } from 'node:http';

import type { TestGateway } from './start-gateway.js';
import type { StatementLog } from './statement-log.js';
import { statementLog } from './statement-log.js';
import { until } from './until.js';
import { provider } from './who-may.js';

type Send = (text: string) => Promise<number>;

export interface InjectionFindings {
  readonly tries: number;
  /** Answered with anything but 400, 401 or 404. */
  readonly wrong: readonly object[];
  /** Statements that no harmless value leads to. */
  readonly strange: readonly string[];
  /** How many different statements PostgreSQL was asked for with harmless values. */
  readonly usual: number;
  /** Every row of every table, before and after. */
  readonly rows: readonly [before: unknown, after: unknown];
}

/** Where clients may say something. Each gives the status of the answer. */
function placesOf(gateway: TestGateway): Readonly<Record<string, Send>> {
  const status = async (...call: Parameters<TestGateway['call']>): Promise<number> => (await gateway.call(...call)).status;
  const credentials = { apiKey: 'x'.repeat(30) };
  const inPath = (method: string, before: string, after = ''): Send => {
    return (text) => status(method, `${before}${encodeURIComponent(text)}${after}`);
  };
  return {
    authorization: (key) => status('GET', '/api/sessions', { key }),
    'authorization at a door': (key) => status('POST', '/v1/chat/completions', { key, body: {} }),
    'x-api-key': (text) => status('POST', '/anthropic/v1/messages', { key: null, headers: { 'x-api-key': text }, body: {} }),
    host: (host) => statusWithHost(gateway.gateway.url, host),
    'a name': (name) => status('POST', '/api/sessions', { body: { provider, authType: 'api_key', name, credentials } }),
    'a provider': inPath('GET', '/api/sessions/', '/api_key/work'),
    'an auth type': inPath('GET', `/api/sessions/${provider}/`, '/work'),
    'a name in a path': inPath('GET', `/api/sessions/${provider}/api_key/`),
    'a session’s id': inPath('DELETE', '/api/sessions/'),
    'a caller': inPath('DELETE', '/api/callers/'),
    'a grant’s id': inPath('DELETE', '/api/callers/caller_all/grants/'),
    'a login': inPath('GET', '/api/logins/'),
    'a path': inPath('GET', '/api/'),
    'a query’s name': (text) => status('GET', `/api/sessions?${encodeURIComponent(text)}=1`),
    'a cursor': inPath('GET', '/api/sessions?cursor='),
    'a grouping': inPath('GET', '/api/usage?groupBy='),
    'a grant': (name) => status('POST', '/api/callers/caller_all/grants', { body: { provider, name } }),
    'a session behind a door': (session) => {
      const headers = { 'x-maestro-session': session };
      return status('POST', '/v1/chat/completions', { body: { model: `${provider}/m`, messages: [] }, headers });
    },
    'an object in a text’s place': (text) => status('POST', '/api/callers', { body: { name: { [text]: text } } }),
  };
}

/** Where any text may stand: 200. */
function openPlacesOf(gateway: TestGateway): Readonly<Record<string, Send>> {
  const query = (path: string): Send => {
    return async (text) => ((await gateway.call('GET', `${path}${encodeURIComponent(text)}`)).status === 200 ? 404 : 0);
  };
  return {
    'the target of an event': query('/api/audit?target='),
    'a caller’s usage': query('/api/usage?caller='),
    'a session’s usage': query('/api/usage?session='),
    'a model’s usage': query('/api/usage?model='),
  };
}

/** What goes on beside the requests, now and then: notes of use, a heartbeat, refreshes, clean-up, and news between replicas. */
const beside: readonly RegExp[] = [
  /^execute maestro\/(?:touch|caller-touch|usage-(?:add|purge)\S*|refresh-(?:claim-due|purge)|purge\S*|take-revocations|audit-\S+): /,
  /^execute \S+: insert into replicas \(/,
  /^statement: (?:set synchronous_commit = off|(?:listen|notify) maestro\w+)$/,
];

const harmless = ['work', 'nobody', '11111111-2222-4333-8444-555555555555', `mk_${'0'.repeat(32)}_${'A'.repeat(43)}_000000`, 'a b'];

/** Sends every text to every place, and looks at what PostgreSQL made of it. */
export async function injectionTrial(gateway: TestGateway, payloads: readonly string[]): Promise<InjectionFindings> {
  const log = await statementLog(gateway.database);
  await until(async () => (await gateway.call('GET', '/api/sessions')).status === 200);
  const places = { ...placesOf(gateway), ...openPlacesOf(gateway) };
  const usual = await askedOf(log, places, harmless);
  const before = await rowsIn(gateway);
  const asked = await askedOf(log, places, payloads);
  const after = await rowsIn(gateway);
  const known = new Set([...usual.statements, ...(await askedOf(log, places, harmless)).statements]);
  return {
    tries: asked.tries,
    wrong: asked.wrong,
    usual: usual.statements.size,
    rows: [before, after],
    strange: [...asked.statements].filter((statement) => !known.has(statement) && !beside.some((usually) => usually.test(statement))),
  };
}

interface Asked {
  readonly tries: number;
  readonly wrong: readonly object[];
  readonly statements: ReadonlySet<string>;
}

async function askedOf(log: StatementLog, places: Readonly<Record<string, Send>>, texts: readonly string[]): Promise<Asked> {
  await log.read();
  const tries = Object.entries(places).flatMap(([place, send]) => texts.map((text) => ({ place, text, send })));
  const wrong: object[] = [];
  for (let first = 0; first < tries.length; first += 25) {
    await Promise.all(
      tries.slice(first, first + 25).map(async ({ place, text, send }) => {
        const status = await send(text);
        if (![400, 401, 404].includes(status)) wrong.push({ place, text, status });
      }),
    );
  }
  return { tries: tries.length, wrong, statements: await log.read() };
}

/** Past every client that would set the header right. */
function statusWithHost(url: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request(`${url}/api/audit`, { headers: { host, authorization: 'Bearer mk_none' } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.on('error', reject);
    call.end();
  });
}

/** Every row of every table. When something was last used is written a moment later. */
async function rowsIn({ database }: TestGateway): Promise<unknown> {
  const tables = await database.dataSource.query<readonly { readonly name: string }[]>(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_name <> 'replicas' order by 1`,
  );
  const sums: Record<string, unknown> = {};
  for (const { name } of tables) {
    [sums[name]] = await database.dataSource.query<readonly unknown[]>(
      `select count(*)::int, md5(string_agg(row, '|' order by row)) from (select (to_jsonb(t) - 'last_used_at')::text as row from ${name} t) u`,
    );
  }
  return sums;
}
