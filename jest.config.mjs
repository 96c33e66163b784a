const swc = (parser) => ({
  swcrc: false,
  // Inside the code: with maps beside it, coverage counts the branches that decorators compile to.
  sourceMaps: 'inline',
  isModule: true,
  module: { type: 'commonjs' },
  jsc: {
    target: 'es2022',
    keepClassNames: true,
    parser,
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
  },
});
const nightly = process.env.MAESTRO_TEST_NIGHTLY === '1';
const strict = process.env.MAESTRO_TEST_STRICT === '1';

export default {
  // Packages are loaded once in a worker, not in every suite: docs/decisions/0023-suites-share-their-packages.md
  testEnvironment: '<rootDir>/test/support/jest/own-realm-environment.mjs',
  runtime: '<rootDir>/test/support/jest/shared-packages-runtime.mjs',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testRegex: nightly ? '\\.nightly\\.spec\\.ts$' : '(?<!\\.nightly)\\.spec\\.ts$',
  maxWorkers: 2,
  collectCoverageFrom: ['src/**/*.ts', '!src/**/*.spec.ts'],
  coverageDirectory: 'coverage',
  coverageReporters: ['text-summary', 'json-summary', 'lcov'],
  ...(strict && !nightly && { coverageThreshold: { global: { lines: 90, branches: 90 } } }),
  // For a loaded machine; no test waits that long by itself.
  testTimeout: 30_000,
  globalSetup: '<rootDir>/test/support/postgres-setup.mjs',
  globalTeardown: '<rootDir>/test/support/postgres-teardown.mjs',
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^maestro-llm/(contracts|kit|testing)$': '<rootDir>/src/$1/index.ts',
  },
  transform: {
    '^.+\\.ts$': ['@swc/jest', swc({ syntax: 'typescript', decorators: true, dynamicImport: true })],
    '^.+\\.m?js$': ['@swc/jest', swc({ syntax: 'ecmascript' })],
  },
};
