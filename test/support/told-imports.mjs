// Preloaded into a process (`node --import`): tells on standard error which packages it loads, one line each: `loads <package>`.
import { register } from 'node:module';

const hooks = `
const seen = new Set();
export async function resolve(specifier, context, next) {
  const resolved = await next(specifier, context);
  const [, name] = /.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(resolved.url) ?? [];
  if (name !== undefined && !seen.has(name)) process._rawDebug('loads ' + name);
  seen.add(name);
  return resolved;
}`;

register(`data:text/javascript,${encodeURIComponent(hooks)}`);
