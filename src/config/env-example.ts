import type { VariableName } from './variables.js';
import { EnvironmentVariables, variableTexts } from './variables.js';

/** A provider's setting as it is shown in `.env.example`. */
export interface ExampleSetting {
  readonly environmentName: string;
  readonly text: string;
  readonly default?: string;
}

export interface ExampleProvider {
  readonly displayName: string;
  readonly settings: readonly ExampleSetting[];
}

/** The text of `.env.example`: every variable of Maestro and of the given providers, commented out, with what holds without it. */
export function envExample(providers: readonly ExampleProvider[]): string {
  const defaults = new EnvironmentVariables();
  const own = (Object.keys(variableTexts) as VariableName[]).map((name) => {
    const { text, otherwise } = variableTexts[name];
    const value = defaults[name];
    return entry(name, otherwise === undefined ? text : `${text} Without it: ${otherwise}.`, value === undefined ? '' : String(value));
  });
  const theirs = providers.map(({ displayName, settings }) =>
    [`# ${displayName}`, ...settings.map((setting) => entry(setting.environmentName, setting.text, setting.default ?? ''))].join('\n'),
  );
  return [header, ...own, ...theirs].join('\n\n') + '\n';
}

const header =
  '# Copy to .env and take the # away from what you set; what stands here is what holds without it.\n' +
  '# Each variable may also be given as NAME_FILE: the name of a file that holds the value.';

function entry(name: string, text: string, value: string): string {
  return `# ${text}\n#${name}=${value}`;
}
