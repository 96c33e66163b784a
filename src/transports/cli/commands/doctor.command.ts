import { Injectable } from '@nestjs/common';
import { Command } from 'nest-commander';

import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import type { ExaminedSession } from '../../../core/sessions/session-checkup.js';
import { SessionAnswerDto } from '../../requests/session-answer.dto.js';
import { lineOf } from '../../../core/local-servers/local-server.js';
import type { CommonOptions } from '../admin-command.js';
import { AdminCommand } from '../admin-command.js';
import { facts, table } from '../table.js';

/** One part of Maestro, looked at. */
interface PartCheck {
  readonly part: 'database' | 'schema' | 'keys' | 'local server';
  readonly isWell: boolean;
  readonly text: string;
}

interface DoctorReport {
  readonly parts: readonly PartCheck[];
  readonly sessions: readonly ExaminedSession[];
}

@Command({
  name: 'doctor',
  description: 'look at the database, the keys and every session, and say what to do; changes nothing and asks no provider',
})
@Injectable()
export class DoctorCommand extends AdminCommand {
  async run(_arguments: readonly string[], options: CommonOptions): Promise<void> {
    const parts = await this.partChecks();
    // Behind a part that is not well, sessions cannot be looked at.
    const isWell = parts.every((part) => part.isWell);
    const sessions = isWell ? await this.examinedSessions() : [];
    const local = isWell ? await this.localServers() : [];
    const report = { parts: [...parts, ...local], sessions };
    this.print(options, valueOf(report), textOf(report));
    const findings = parts.filter(({ isWell }) => !isWell).length + sessions.filter(({ needsPerson }) => needsPerson).length;
    if (findings > 0) throw new MaestroError('vault.needs-person', { findings });
  }

  /** Where they are looked for; none is nothing to worry about. */
  private async localServers(): Promise<readonly PartCheck[]> {
    const found = await (await this.workbench.localServers()).look(this.terminal.signal);
    return found.map((server) => ({ part: 'local server', isWell: true, text: lineOf(server) }));
  }

  private async partChecks(): Promise<readonly PartCheck[]> {
    const found: PartCheck[] = [];
    for (const check of [() => this.schema(), () => this.keys()]) {
      try {
        found.push(...(await check()));
      } catch (error) {
        return [...found, failed(error)];
      }
      if (!found.every(({ isWell }) => isWell)) break;
    }
    return found;
  }

  private async schema(): Promise<readonly PartCheck[]> {
    const { steps, unknownSteps, parkedRows } = await (await this.workbench.migrations()).status();
    const database: PartCheck = { part: 'database', isWell: true, text: 'answers' };
    const pending = steps.filter(({ isApplied }) => !isApplied).length;
    if (unknownSteps.length > 0) return [database, { part: 'schema', isWell: false, text: 'is of a newer Maestro; run that one' }];
    if (pending > 0) {
      return [database, { part: 'schema', isWell: false, text: `lacks ${String(pending)} steps; run \`maestro migrate up\`` }];
    }
    const parked = parkedRows === 0 ? '' : `, and ${String(parkedRows)} rows are parked`;
    return [database, { part: 'schema', isWell: true, text: `is this version's, ${String(steps.length)} steps${parked}` }];
  }

  private async keys(): Promise<readonly PartCheck[]> {
    const { primaryId, keys, remaining } = await (await this.workbench.keyRotation()).status();
    const missing = keys.filter(({ isHeld, rows }) => !isHeld && rows > 0).map(({ keyId }) => keyId);
    if (missing.length > 0) {
      return [{ part: 'keys', isWell: false, text: `lack ${missing.join(', ')}, which seals rows; give it back or replace what it seals` }];
    }
    const rest = remaining === 0 ? '' : `; ${String(remaining)} rows wait for \`maestro encryption rotate\``;
    return [{ part: 'keys', isWell: true, text: `are all here, ${primaryId} is the primary${rest}` }];
  }

  private async examinedSessions(): Promise<readonly ExaminedSession[]> {
    const { checkup } = await this.workbench.vault();
    const found: ExaminedSession[] = [];
    for await (const examined of checkup.examine({ signal: this.terminal.signal })) found.push(examined);
    return found;
  }
}

/** What stands between us and the database. Anything unforeseen is no finding. */
function failed(error: unknown): PartCheck {
  if (!MaestroError.is(error)) throw error;
  return { part: error.code.startsWith('encryption.') ? 'keys' : 'database', isWell: false, text: error.message };
}

function valueOf({ parts, sessions }: DoctorReport): object {
  return {
    parts,
    sessions: sessions.map(({ session, isReadable, needsPerson }) =>
      Object.assign(new SessionAnswerDto(session), { isReadable, needsPerson }),
    ),
  };
}

function textOf({ parts, sessions }: DoctorReport): string {
  const rows = sessions.map(({ session, isReadable }) => [
    `${session.provider}/${session.authType}/${session.name}`,
    session.status,
    session.statusReason,
    isReadable ? 'yes' : 'no',
    session.expiresAt?.toISOString(),
    session.lastRefreshAt?.toISOString(),
    session.nextRefreshAt?.toISOString(),
  ]);
  const steps = sessions.map(({ session }) => [`${session.provider}/${session.authType}/${session.name}`, session.nextStep] as const);
  const told = facts(steps);
  return [
    facts(parts.map(({ part, isWell, text }) => [part, `${isWell ? 'well' : 'ILL '}  ${text}`])),
    ...(sessions.length === 0
      ? []
      : ['\n', table(['session', 'status', 'why', 'readable', 'expires', 'last refresh', 'next refresh'], rows)]),
    ...(told === '' ? [] : ['\n', told]),
  ].join('');
}
