import { parseEnv } from 'node:util';

import { envExample } from './env-example.js';
import { loadEnvironment } from './environment.js';
import { variableTexts } from './variables.js';

const acme = {
  displayName: 'Acme',
  settings: [
    { environmentName: 'ACME_BASE_URL', text: 'Where Acme answers.', default: 'https://api.acme.test' },
    { environmentName: 'ACME_PROJECT', text: 'The project to use.' },
  ],
};

describe('.env.example', () => {
  it("lists every variable of Maestro and each provider's settings", () => {
    const names = [...envExample([acme]).matchAll(/^#(\w+)=/gm)].map(([, name]) => name);

    expect(names).toEqual([...Object.keys(variableTexts), 'ACME_BASE_URL', 'ACME_PROJECT']);
  });

  it('sets nothing as it stands', () => {
    expect(parseEnv(envExample([acme]))).toEqual({});
  });

  it('shows the defaults: with every line taken in, the same holds', () => {
    const source = parseEnv(envExample([acme]).replaceAll(/^#(\w+=)/gm, '$1')) as Record<string, string>;

    expect(JSON.stringify(loadEnvironment(source))).toEqual(JSON.stringify(loadEnvironment({})));
    expect(source['ACME_BASE_URL']).toBe('https://api.acme.test');
  });
});
