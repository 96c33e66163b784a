import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { builtInProvidersFolder, KeyRing, MaestroModule, PersistenceModule } from 'maestro-llm';

import { Answers } from './answers.js';
import { Note } from './note.entity.js';
import { Settings, SettingsModule } from './settings.js';

const fromSettings = { imports: [SettingsModule], inject: [Settings] };

/** Maestro's vault: connections of its own, whatever the application has. */
const vault = PersistenceModule.forRootAsync({
  ...fromSettings,
  useFactory: (settings: Settings) => ({
    database: { url: settings.getOrThrow('DATABASE_URL') },
    keyRing: KeyRing.parse(settings.getOrThrow('VAULT_KEYS')),
  }),
});

const maestro = MaestroModule.forRootAsync({
  ...fromSettings,
  persistence: vault,
  providersFolders: [builtInProvidersFolder],
  // Providers ask for their settings by name, such as OPENAI_BASE_URL.
  useFactory: (settings: Settings) => ({ settings: (name: string) => settings.get(name), refreshAhead: true }),
});

const database = TypeOrmModule.forRootAsync({
  ...fromSettings,
  useFactory: (settings: Settings) => ({
    type: 'postgres' as const,
    url: settings.getOrThrow('DATABASE_URL'),
    entities: [Note],
    synchronize: true,
  }),
});

@Module({
  imports: [SettingsModule, database, TypeOrmModule.forFeature([Note]), maestro],
  providers: [Answers],
})
export class AppModule {}
