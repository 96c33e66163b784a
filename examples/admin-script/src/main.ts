import 'reflect-metadata';

import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { builtInProvidersFolder, Callers, KeyRing, MaestroError, MaestroModule, PersistenceModule, Sessions } from 'maestro-llm';

import { callersInNeed, sessionsInNeed } from './findings.js';

const environment = process.env;
const soonDays = Number(environment['SOON_DAYS'] ?? 14);

try {
  process.exitCode = await report();
} catch (error) {
  // What went wrong has a code and is told in words; anything else is a bug, and shown whole.
  if (!MaestroError.is(error)) throw error;
  process.stderr.write(`${error.code}: ${error.message}\n`);
  process.exitCode = 2;
}

/** Works on the gateway's own database, beside it. 0: nothing to do; 1: somebody has to look. */
async function report(): Promise<number> {
  const vault = PersistenceModule.forRoot({
    database: { url: environment['DATABASE_URL'] ?? '' },
    keyRing: KeyRing.parse(environment['MAESTRO_ENCRYPTION_KEYS'] ?? '', environment['MAESTRO_ENCRYPTION_PRIMARY']),
  });
  const maestro = MaestroModule.forRoot({ persistence: vault, providersFolders: [builtInProvidersFolder] });

  @Module({ imports: [maestro] })
  class ScriptModule {}

  const application = await NestFactory.createApplicationContext(ScriptModule, { logger: ['error'], abortOnError: false });
  try {
    const at = new Date();
    const soon = new Date(at.getTime() + soonDays * 86_400_000);
    const lines = [
      ...(await sessionsInNeed(application.get(Sessions, { strict: false }))),
      ...(await callersInNeed(application.get(Callers, { strict: false }), at, soon)),
    ];
    for (const line of lines) process.stdout.write(`${line}\n`);
    if (lines.length === 0) process.stdout.write('nothing to do\n');
    return lines.length === 0 ? 0 : 1;
  } finally {
    await application.close();
  }
}
