import { isBuiltin } from 'node:module';
import { Script } from 'node:vm';

import JestRuntime from 'jest-runtime';

import { newCoverage } from './new-coverage.mjs';
import { requirePackage } from './packages.mjs';

const Runtime = JestRuntime.default ?? JestRuntime;
const transformed = new Map();
const compiled = new Map();

/** Loads the project's files anew for each suite, as Jest does, and the packages once for all suites of a worker. */
export default class SharedPackagesRuntime extends Runtime {
  constructor(config, environment, resolver, transformer, ...rest) {
    super(config, environment, resolver, remembering(transformer), ...rest);
    this.executor.compile = (source, filename) =>
      environment.global === null ? null : compile(source, filename, this.executor.injectedModuleParameters);
  }

  requireModule(from, name, options, isRequireActual) {
    if (options?.isInternalModule !== true && isPackage(name)) return requirePackage(from, name);
    return super.requireModule(from, name, options, isRequireActual);
  }

  getAllCoverageInfoCopy() {
    return newCoverage(globalThis.__coverage__);
  }
}

function isPackage(name) {
  return name !== undefined && !/^[./]|^maestro-llm(\/|$)/.test(name) && !isBuiltin(name);
}

/** The files do not change while a worker lives; where one did, its source tells. */
function remembering(transformer) {
  return Object.create(transformer, {
    transform: {
      value(filename, options, source) {
        const key = `${filename} ${String(options.collectCoverage)}`;
        const known = transformed.get(key);
        if (known?.source === source) return known.result;
        const result = transformer.transform(filename, options, source);
        transformed.set(key, { source, result });
        return result;
      },
    },
  });
}

function compile(source, filename, parameters) {
  const known = compiled.get(filename);
  if (known?.source === source) return known.script.runInThisContext();
  const head = `(function (${parameters.join(', ')}) {`;
  const script = new Script(`${head}${source}\n})`, { filename, columnOffset: -head.length });
  compiled.set(filename, { source, script });
  return script.runInThisContext();
}
