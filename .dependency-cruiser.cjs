'use strict';

/**
 * The rings of docs/architecture.md as rules: what each room may import from `src/`, and which npm packages it may load.
 * test/architecture/rings.spec.ts plants a forbidden import for every rule and sees it fail.
 */
const nest = ['@nestjs/common', '@nestjs/core', 'reflect-metadata'];

/** A vendor's own package, and the one provider that may load it. */
const vendorSdks = new Map([
  ['google-auth-library', 'vertex'],
  ['@aws-sdk/client-bedrock-runtime', 'bedrock'],
]);

/** `folder`: a regular expression; `may`: paths under src; `npm`: packages that may be loaded (types may be imported anywhere). */
const rings = [
  { name: 'contracts', folder: 'contracts', may: ['contracts/'], npm: [] },
  { name: 'kit', folder: 'kit', may: ['contracts/', 'kit/'], npm: ['undici', 'oauth4webapi'] },
  { name: 'dialects', folder: 'dialects', may: ['contracts/', 'kit/', 'dialects/'], npm: [] },
  { name: 'families', folder: 'families', may: ['contracts/', 'kit/', 'dialects/', 'families/'], npm: ['@nestjs/common'] },
  {
    name: 'providers',
    folder: 'providers',
    may: ['contracts/', 'kit/', 'dialects/', 'families/', 'providers/'],
    npm: ['@nestjs/common', ...vendorSdks.keys()],
  },
  { name: 'discovery', folder: 'discovery', may: ['contracts/', 'discovery/'], npm: nest },
  { name: 'core', folder: 'core', may: ['contracts/', 'kit/', 'core/'], npm: nest },
  {
    name: 'persistence',
    folder: 'persistence',
    may: ['contracts/', 'core/.+[.]port[.]ts$', 'persistence/'],
    npm: [...nest, '@nestjs/typeorm', 'typeorm', 'pg'],
  },
  {
    name: 'observability',
    folder: 'observability',
    may: ['contracts/', 'core/.+[.]port[.]ts$', 'observability/'],
    npm: [...nest, '@nestjs/terminus', 'pino', 'pino-pretty', 'prom-client', '@opentelemetry/[^/]+'],
  },
  {
    name: 'requests',
    folder: 'transports/requests',
    may: ['contracts/', 'transports/requests/'],
    npm: ['class-validator', 'class-transformer', '@nestjs/swagger'],
  },
  {
    name: 'http',
    folder: 'transports/http',
    may: ['contracts/', 'core/', 'dialects/', 'kit/(door|flow)[.]ts$', 'transports/requests/', 'transports/http/'],
    npm: [...nest, '@nestjs/platform-fastify', '@nestjs/swagger', '@nestjs/terminus', 'fastify', '@fastify/static'],
  },
  {
    name: 'cli',
    folder: 'transports/cli',
    may: ['contracts/', 'core/', 'transports/requests/', 'transports/cli/'],
    npm: [...nest, 'nest-commander'],
  },
  {
    name: 'rpc',
    folder: 'transports/rpc',
    may: ['contracts/', 'core/', 'transports/requests/', 'transports/rpc/'],
    npm: [...nest, '@nestjs/microservices', 'rxjs'],
  },
  {
    name: 'testing',
    folder: 'testing',
    may: ['contracts/', 'kit/', 'dialects/', 'core/registry/(compliance|provider-settings)[.]ts$', 'testing/'],
    npm: ['@nestjs/common', '@nestjs/core'],
  },
  { name: 'config', folder: 'config', may: ['config/'], npm: ['class-validator', 'class-transformer', 'reflect-metadata'] },
];

const ofCode = { pathNot: '[.]spec[.]ts$' };

const arrows = rings.map(({ name, folder, may }) => ({
  name: `ring-${name}`,
  comment: `${folder} may import from src only: ${may.join(', ')}`,
  severity: 'error',
  from: { path: `^src/${folder}/`, ...ofCode },
  to: { path: '^src/', pathNot: may.map((path) => `^src/${path}`) },
}));

const packages = rings.map(({ name, folder, npm }) => ({
  name: `npm-${name}`,
  comment: `${folder} may load from npm only: ${npm.join(', ') || 'nothing'}`,
  severity: 'error',
  from: { path: `^src/${folder}/`, ...ofCode },
  to: {
    path: 'node_modules/',
    pathNot: npm.map((packageName) => `node_modules/${packageName}/`),
    dependencyTypesNot: ['type-only'],
  },
}));

module.exports = {
  forbidden: [
    ...arrows,
    ...packages,
    {
      name: 'provider-alone',
      comment: 'A provider knows no other provider.',
      severity: 'error',
      from: { path: '^src/providers/([^/]+)/', ...ofCode },
      to: { path: '^src/providers/', pathNot: '^src/providers/$1/' },
    },
    ...[...vendorSdks].map(([packageName, provider]) => ({
      name: `sdk-${provider}`,
      comment: `${packageName} is loaded by ${provider} alone.`,
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/providers/${provider}/` },
      to: { path: `node_modules/${packageName}/`, dependencyTypesNot: ['type-only'] },
    })),
    {
      name: 'dialect-alone',
      comment: 'A dialect knows one wire format.',
      severity: 'error',
      from: { path: '^src/dialects/([^/]+)/', ...ofCode },
      to: { path: '^src/dialects/', pathNot: '^src/dialects/$1/' },
    },
    {
      name: 'simulator-stays-out',
      comment: 'Simulators are loaded by the testing entry, from their folder; nothing imports them.',
      severity: 'error',
      from: { pathNot: ['^src/providers/[^/]+/testing/', '[.]spec[.]ts$', '^test/'] },
      to: { path: '^src/providers/[^/]+/testing/' },
    },
    {
      name: 'wiring-on-top',
      comment: 'main, admin, demo and the modules at the top wire the rooms together; nothing below imports them.',
      severity: 'error',
      from: { path: '^src/[^/]+/', ...ofCode },
      to: { path: '^src/[^/]+[.]ts$' },
    },
    {
      name: 'no-tests-in-code',
      comment: 'What runs does not import tests.',
      severity: 'error',
      from: { path: '^src/', ...ofCode },
      to: { path: ['^test/', '[.]spec[.]ts$'] },
    },
    {
      name: 'no-circle',
      comment: 'Two files that need each other are one file.',
      severity: 'error',
      from: { pathNot: '[.]spec[.]ts$' },
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-unknown-package',
      comment: 'What is loaded stands in package.json.',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.d.ts'],
    },
  },
};
