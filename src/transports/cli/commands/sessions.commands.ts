import { Injectable } from '@nestjs/common';
import { Command } from 'nest-commander';

import { CommandGroup } from '../admin-command.js';
import { ChangeSessionCommands } from './sessions-change.commands.js';
import { CreateSession } from './sessions-create.command.js';
import { ListSessions, ShowSession, TestSession } from './sessions-read.commands.js';

/** Every class that the noun brings along. */
export const sessionVerbs = [ListSessions, CreateSession, ShowSession, TestSession, ...ChangeSessionCommands];

@Command({ name: 'sessions', description: 'named provider accounts', subCommands: sessionVerbs })
@Injectable()
export class SessionCommands extends CommandGroup {}
