import { EnvironmentError, loadEnvironment } from './environment.js';

function problemOf(urls: string): string {
  try {
    loadEnvironment({ MAESTRO_RPC_URLS: urls });
    return '';
  } catch (error) {
    if (error instanceof EnvironmentError) return error.message;
    throw error;
  }
}

describe('the doors for messages', () => {
  it('are as many as are listed, and are not shown', () => {
    const urls = 'tcp://127.0.0.1:4001, nats://user:secret@broker:4222,redis://:secret@[::1],amqps://broker/vhost';
    const environment = loadEnvironment({ MAESTRO_RPC_URLS: urls });

    expect(environment.rpcUrls).toEqual(urls.split(',').map((url) => url.trim()));
    expect(JSON.stringify(environment)).not.toContain('secret');
    expect(loadEnvironment({}).rpcUrls).toBeUndefined();
  });

  it.each([
    ['nothing', 'the first cannot be read as an address'],
    ['tcp://host:1,http://user:secret@host', 'the second begins with "http:"'],
    ['tcp://host', 'the first names no port to listen on'],
    ['tcp://user:secret@host:1', 'the first has a name or a password, which tcp does not know'],
    ['nats://', 'the first names no host'],
    ['nats://host,', 'the second cannot be read as an address'],
  ])('are refused as %j in one line without a secret', (urls, fault) => {
    expect(problemOf(urls)).toMatch(/^MAESTRO_RPC_URLS must be [^\n]+$/);
    expect(problemOf(urls)).toContain(fault);
    expect(problemOf(urls)).not.toContain('secret');
  });
});
