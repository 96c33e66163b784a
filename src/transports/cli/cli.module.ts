import type { DynamicModule } from '@nestjs/common';
import { Injectable, Module } from '@nestjs/common';
import { RootCommand } from 'nest-commander';

import { CommandGroup } from './admin-command.js';
import { BackupCommand, RestoreCommand } from './commands/archive.commands.js';
import { AuditCommands, ListAudit, VerifyAudit } from './commands/audit.commands.js';
import { AuthCommands, authVerbs } from './commands/auth.commands.js';
import { CallerCommands, callerVerbs } from './commands/callers.commands.js';
import { ChatCommand } from './commands/chat.command.js';
import { CompletionCommand } from './commands/completion.command.js';
import { DoctorCommand } from './commands/doctor.command.js';
import { ContextCommands, DeleteChunk, ListChunks, ListContexts } from './commands/contexts.commands.js';
import { EncryptionCommands, EncryptionStatus, RetireKey, RotateEncryption } from './commands/encryption.commands.js';
import { ImportCommand } from './commands/import.command.js';
import { MigrateCommands, MigrateDown, MigratePlan, MigrateStatus, MigrateUp } from './commands/migrate.commands.js';
import { ListModels, ModelCommands, ShowModel } from './commands/models.commands.js';
import { ProviderCommands, providerVerbs } from './commands/providers.commands.js';
import { SessionCommands, sessionVerbs } from './commands/sessions.commands.js';
import { UsageCommand } from './commands/usage.command.js';
import { Terminal } from './terminal.js';
import { Workbench } from './workbench.js';

@RootCommand({ name: 'maestro', description: 'The admin tool of Maestro, over the same core and the same data as the gateway.' })
@Injectable()
export class MaestroCommand extends CommandGroup {}

/** The commands. Knows no database: that is the workbench's. */
@Module({})
export class CliModule {
  static forRoot({ workbench, terminal }: { readonly workbench: Workbench; readonly terminal: Terminal }): DynamicModule {
    return {
      module: CliModule,
      providers: [
        { provide: Workbench, useValue: workbench },
        { provide: Terminal, useValue: terminal },
        MaestroCommand,
        ...[ProviderCommands, ...providerVerbs],
        ...[SessionCommands, ...sessionVerbs],
        ...[AuthCommands, ...authVerbs],
        ...[ModelCommands, ListModels, ShowModel],
        ChatCommand,
        ...[CallerCommands, ...callerVerbs],
        UsageCommand,
        ...[ContextCommands, ListContexts, ListChunks, DeleteChunk],
        ...[MigrateCommands, MigrateStatus, MigratePlan, MigrateUp, MigrateDown],
        ...[EncryptionCommands, EncryptionStatus, RotateEncryption, RetireKey],
        ...[AuditCommands, ListAudit, VerifyAudit],
        DoctorCommand,
        CompletionCommand,
        ...[BackupCommand, RestoreCommand, ImportCommand],
      ],
    };
  }
}
