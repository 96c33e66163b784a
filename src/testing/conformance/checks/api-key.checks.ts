import { inspect } from 'node:util';

import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import type { OutgoingHeaders } from '../../../contracts/provider-client.js';
import { Secret } from '../../../contracts/secret.js';
import type { Bench } from '../bench.js';
import type { Check } from '../check.js';
import { demand, demandCode, described, inLine, settled } from '../demand.js';

const never = new AbortController().signal;

/** Forms that no key of any vendor has: a header cannot hold them. */
const impossible: readonly (readonly [string, (key: string) => string])[] = [
  ['no key at all', () => ''],
  ['a key with a blank in it', (key) => `${key.slice(0, 6)} ${key.slice(6)}`],
  ['a key with a line end', (key) => `${key}\n`],
  ['a key with letters that no header holds', (key) => `${key}ü`],
];

export const apiKeyChecks: readonly Check[] = [
  {
    id: 'api-key.form',
    title: 'a key of the right form is taken without a warning, and one that cannot be a key is session.key-invalid',
    needs: ['api-key'],
    run: async ({ apiKeys, fixtures }) => {
      const { apiKey } = fixtures.simulator;
      const { warning } = apiKeys.validateApiKey(Secret.of(apiKey));
      demand(warning === undefined, `the simulator's own key gets a warning: ${String(warning)}`);
      for (const [what, form] of impossible) {
        await demandCode(what, ['session.key-invalid'], () => apiKeys.validateApiKey(Secret.of(form(apiKey))));
      }
    },
  },
  {
    id: 'api-key.masked',
    title: 'neither a warning nor a refusal quotes the key',
    needs: ['api-key'],
    run: ({ apiKeys, fixtures }) => {
      const mark = 'conformance-canary-key';
      const keys = [mark, `${fixtures.simulator.apiKey.slice(0, 8)}${mark}`, `${mark} ${mark}`, `${mark}ü`, mark.repeat(60)];
      for (const key of keys) {
        const shown = verdictText(() => apiKeys.validateApiKey(Secret.of(key)));
        demand(!shown.includes(mark), `what is said of a key quotes it: ${shown.replaceAll(mark, '<the key>').slice(0, 120)}`);
      }
    },
  },
  {
    id: 'api-key.sent',
    title: 'the key goes in a header of each request, and in nothing else',
    needs: ['api-key'],
    run: async (bench) => {
      const headers: OutgoingHeaders = {};
      const key = fixedKey(bench);
      const client = bench.client();
      await client.authorise(headers);
      demand(
        Object.values(headers).some((value) => value.includes(key)),
        'authorise puts the key in no header',
      );
      await settled('testConnection', bench.apiKeys.testConnection(client, { signal: never }));
      demand(bench.line.exchanges.length > 0, 'testConnection asks nobody');
      for (const { request } of bench.line.exchanges) {
        const besides = `${request.url}\n${String(request.body)}`;
        demand(!besides.includes(key), 'the key is in the address or the body of a request, where logs keep it');
      }
    },
  },
  {
    id: 'api-key.address',
    title: "a session's own address comes before the configured one, and has no slash at its end",
    needs: ['api-key'],
    run: (bench) => {
      const credentials = { authType: 'api_key', apiKey: Secret.of(fixedKey(bench)), extra: bench.fixtures.extra ?? {} } as const;
      const own = bench.apiKeys.createClient(credentials, { baseUrl: 'https://own.example/base/' }).baseUrl;
      demand(own.startsWith('https://own.example/base'), `a session with an address of its own goes to ${own}`);
      const configured = bench.apiKeys.createClient(credentials, {}).baseUrl;
      demand(!own.endsWith('/') && !configured.endsWith('/'), 'the address ends with a slash: paths begin with one');
    },
  },
  {
    id: 'api-key.test',
    title: 'a connection is tested against the vendor, and says how long that took',
    needs: ['api-key'],
    run: async (bench) => {
      const before = bench.simulator.requests.length;
      const report = await settled('testConnection', bench.apiKeys.testConnection(bench.client(), { signal: never }));
      demand(bench.simulator.requests.length > before, 'the test of a connection asks nobody');
      // A class of plain JavaScript may give anything.
      const accepted: unknown = report.keyAccepted;
      demand(accepted === true && report.latencyMs >= 0, `the test of a connection gives ${inLine(report)}`);
    },
  },
  {
    id: 'api-key.rejected',
    title: 'a key that the vendor refuses is session.credential-rejected',
    needs: ['api-key'],
    run: async (bench) => {
      const wrong = `${fixedKey(bench).slice(0, -4)}none`;
      await demandCode('testing a wrong key', ['session.credential-rejected'], () =>
        settled('testConnection', bench.apiKeys.testConnection(bench.client(wrong), { signal: never })),
      );
    },
  },
];

function fixedKey({ fixtures }: Bench): string {
  return fixtures.simulator.apiKey;
}

function verdictText(validate: () => unknown): string {
  try {
    return inspect(validate(), { depth: 8, breakLength: Infinity });
  } catch (error) {
    demand(MaestroError.is(error), `an impossible key fails with ${described(error)}`);
    return inspect(error, { depth: 8, breakLength: Infinity });
  }
}
