import { MaestroError } from '../../contracts/errors/maestro-error.js';

/** Levels; the deepest thing that a request holds is a JSON Schema, of 64 at most. */
const deepest = 100;

/**
 * What Fastify's parser refuses in a body of HTTP: a value that nests deeper than a stack, and keys that would become an object's
 * prototype. Not recursive, for the same reason.
 *
 * @throws MaestroError `request.invalid`
 */
export function refuseHostileJson(value: unknown): void {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > deepest) throw new MaestroError('request.invalid', { problems: [`data nests deeper than ${String(deepest)} levels`] });
    const next: unknown[] = [];
    for (const item of level) {
      if (typeof item !== 'object' || item === null) continue;
      if (Object.hasOwn(item, '__proto__')) throw new MaestroError('request.invalid', { problems: ['"__proto__" is no name for a field'] });
      for (const child of Object.values(item)) if (typeof child === 'object' && child !== null) next.push(child);
    }
    level = next;
  }
}
