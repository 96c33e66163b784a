import 'reflect-metadata';

import { NestFactory } from '@nestjs/core';
import { getRepositoryToken } from '@nestjs/typeorm';
import { Secret, Sessions } from 'maestro-llm';
import type { Repository } from 'typeorm';

import { Answers } from './answers.js';
import { AppModule } from './app.module.js';
import { Note } from './note.entity.js';
import { Settings } from './settings.js';

const application = await NestFactory.createApplicationContext(AppModule, { logger: ['error', 'warn'] });
application.enableShutdownHooks();

const settings = application.get(Settings);
const sessions = application.get(Sessions, { strict: false });
const [provider, name] = [settings.getOrThrow('LLM_PROVIDER'), settings.get('LLM_SESSION') ?? 'notes_app'];

// The key is kept under a name, sealed; from the second start on it need not be given.
const key = settings.get('LLM_API_KEY');
if (key !== undefined) {
  await sessions.upsert(provider, 'api_key', name, { authType: 'api_key', apiKey: Secret.of(key), extra: {} });
}

const notes = application.get<Repository<Note>>(getRepositoryToken(Note), { strict: false });
if ((await notes.count()) === 0) await notes.save([{ text: 'The key of the bicycle hangs behind the door.' }]);

for await (const text of application.get(Answers).to('Where is the key?')) process.stdout.write(text);
process.stdout.write('\n');
await application.close();
