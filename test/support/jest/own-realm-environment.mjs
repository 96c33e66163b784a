import { AsyncLocalStorage } from 'node:async_hooks';

import { ModernFakeTimers } from '@jest/fake-timers';
import { ModuleMocker } from 'jest-mock';

import { packagesGlobals } from './packages.mjs';

/** Those in which something ran since the last suite. */
const storages = new Set();
for (const method of ['run', 'enterWith']) {
  const original = AsyncLocalStorage.prototype[method];
  AsyncLocalStorage.prototype[method] = function (...given) {
    storages.add(this);
    return original.apply(this, given);
  };
}

/** Every promise costs a call for each storage that was ever used, and each suite brings Jest's own anew. Whoever uses one again enables it. */
function forgetStorages() {
  for (const storage of storages) storage.disable();
  storages.clear();
}

/**
 * Runs a suite in the realm of its worker, not in a `vm` context of its own: what packages loaded once for all suites throw or give is
 * an `Error` or an `Array` of this realm, and must be one of the suite's.
 * What a suite changes of what all share is put back after it.
 */
export default class OwnRealmEnvironment {
  constructor({ projectConfig }) {
    this.global = globalThis;
    this.moduleMocker = new ModuleMocker(globalThis);
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
    this.fakeTimers = null;
    this.before = taken();
  }

  async setup() {}

  async teardown() {
    this.fakeTimersModern?.dispose();
    this.fakeTimersModern = null;
    if (this.before !== undefined) putBack(this.before);
    this.before = undefined;
    forgetStorages();
    this.global = null;
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  /** Only asked whether there is one: the runtime compiles in this realm. */
  getVmContext() {
    return this.global;
  }
}

function taken() {
  return {
    globals: Object.getOwnPropertyDescriptors(globalThis),
    environment: { ...process.env },
    exit: process.exit,
    listeners: new Map(process.eventNames().map((event) => [event, process.rawListeners(event)])),
    stackTraceLimit: Error.stackTraceLimit,
  };
}

function putBack({ globals, environment, exit, listeners, stackTraceLimit }) {
  for (const key of Reflect.ownKeys(globalThis)) {
    if (!Object.hasOwn(globals, key) && !packagesGlobals.has(key)) Reflect.deleteProperty(globalThis, key);
  }
  for (const key of Reflect.ownKeys(globals)) {
    const now = Object.getOwnPropertyDescriptor(globalThis, key);
    const { value, get } = globals[key];
    if (now === undefined || now.value !== value || now.get !== get) Object.defineProperty(globalThis, key, globals[key]);
  }
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  for (const [name, value] of Object.entries(environment)) if (process.env[name] !== value) process.env[name] = value;
  process.exit = exit;
  for (const event of process.eventNames()) {
    const known = listeners.get(event) ?? [];
    for (const listener of process.rawListeners(event)) if (!known.includes(listener)) process.removeListener(event, listener);
  }
  Error.stackTraceLimit = stackTraceLimit;
}
