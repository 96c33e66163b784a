import type { ConnectionReport, KeyVerdict } from '../../../src/contracts/behaviours/api-key.behaviour.js';
import type { ApiKeyCredentials } from '../../../src/contracts/credentials.js';
import { MaestroError } from '../../../src/contracts/errors/maestro-error.js';
import type { CallOptions, ClientOptions, ProviderClient } from '../../../src/contracts/provider-client.js';
import type { Secret } from '../../../src/contracts/secret.js';
import { SampleApiKey } from '../../../templates/provider/src/sample.api-key.js';
import type { BrokenProvider } from './broken-provider.js';
import { broken } from './broken-provider.js';

class QuotesTheKey extends SampleApiKey {
  override validateApiKey(apiKey: Secret): KeyVerdict {
    const { warning } = super.validateApiKey(apiKey);
    return warning === undefined ? {} : { warning: `${warning}, and not as ${apiKey.reveal()} does` };
  }
}

class TakesAnyText extends SampleApiKey {
  override validateApiKey(_apiKey: Secret): KeyVerdict {
    return {};
  }
}

class KeyInTheAddress extends SampleApiKey {
  override createClient(credentials: ApiKeyCredentials, options: ClientOptions): ProviderClient {
    const client = super.createClient(credentials, options);
    const http: ProviderClient['http'] = {
      request: (request) => {
        const url = new URL(request.url);
        url.searchParams.set('key', credentials.apiKey.reveal());
        return client.http.request({ ...request, url: url.href });
      },
      close: () => client.http.close(),
    };
    return { ...client, http };
  }
}

class NoOwnAddress extends SampleApiKey {
  override createClient(credentials: ApiKeyCredentials, _options: ClientOptions): ProviderClient {
    return super.createClient(credentials, {});
  }
}

class BlamesTheCaller extends SampleApiKey {
  override async testConnection(client: ProviderClient, options: CallOptions): Promise<ConnectionReport> {
    try {
      return await super.testConnection(client, options);
    } catch (error) {
      if (MaestroError.is(error) && error.code === 'session.credential-rejected') throw new MaestroError('caller.key-invalid', {});
      throw error;
    }
  }
}

export const brokenKeys: readonly BrokenProvider[] = [
  broken('a warning that quotes the key', ['api-key.masked'], { apiKey: QuotesTheKey }),
  broken('any text taken for a key', ['api-key.form'], { apiKey: TakesAnyText }),
  broken('the key in the address of each request', ['api-key.sent'], { apiKey: KeyInTheAddress }),
  broken("a session's own address that is not used", ['api-key.address'], { apiKey: NoOwnAddress }),
  broken("a refused key told as a bad key of Maestro's", ['api-key.rejected'], { apiKey: BlamesTheCaller }),
];
